// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.reconcile;

import dev.thresher.bpf.layout.QuicConfig;
import dev.thresher.bpf.layout.QuicServerKey;
import dev.thresher.bpf.layout.SourceRouteKey;
import dev.thresher.daemon.datapath.Datapath;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;

/**
 * The maps that name members by what a packet says. Entries come after the members that they name and before the VIP that
 * uses them; they go after the VIP does without them, and before the id of a member that they name is used again.
 */
final class AppliedRoutes {
    private final AppliedEntries<Integer, QuicConfig> configs;
    private final AppliedEntries<QuicServerKey, Integer> servers;
    private final AppliedEntries<SourceRouteKey, Integer> clients;

    AppliedRoutes(Datapath datapath) {
        this.configs = new AppliedEntries<>(datapath.quicConfigs());
        this.servers = new AppliedEntries<>(datapath.quicServers());
        this.clients = new AppliedEntries<>(datapath.sourceRoutes());
    }

    /** All entries that are wanted. */
    static final class Wanted {
        private final Map<Integer, QuicConfig> configs = new HashMap<>();
        private final Map<QuicServerKey, Integer> servers = new HashMap<>();
        private final Map<SourceRouteKey, Integer> clients = new HashMap<>();

        /** Those of one VIP. */
        void add(int vipId, DesiredRoutes routes, ToIntFunction<InetAddress> memberIds) {
            if (routes.hasQuic()) {
                configs.put(vipId, routes.quic());
            }
            routes.servers()
                    .forEach((server, real) -> servers.put(
                            new QuicServerKey(vipId, server.version(), server.id()), memberIds.applyAsInt(real)));
            routes.clients()
                    .forEach((prefix, real) -> clients.put(
                            new SourceRouteKey(vipId, prefix.network(), prefix.bits()), memberIds.applyAsInt(real)));
        }
    }

    /**
     * Makes sure that these can be written into maps of these sizes.
     *
     * @throws CapacityException if not
     */
    void requireRoom(Wanted wanted, int prefixes, int serverIds) {
        servers.requireRoom(wanted.servers.keySet(), Room.SERVER_IDS, serverIds);
        clients.requireRoom(wanted.clients.keySet(), Room.PREFIXES, prefixes);
    }

    int prefixCapacity() {
        return clients.capacity();
    }

    int serverIdCapacity() {
        return servers.capacity();
    }

    /** Server ids go first: a config tells where to look for them. */
    void write(Wanted wanted) {
        clients.write(wanted.clients);
        servers.write(wanted.servers);
        configs.write(wanted.configs);
    }

    void prune(Wanted wanted) {
        configs.prune(wanted.configs);
        servers.prune(wanted.servers);
        clients.prune(wanted.clients);
    }

    /** Takes out what names none of these members. */
    void retain(Set<Integer> members) {
        servers.removeIf((key, member) -> !members.contains(member));
        clients.removeIf((key, member) -> !members.contains(member));
    }
}
