// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.QuicConfig;
import dev.thresher.bpf.layout.QuicServerKey;
import dev.thresher.bpf.layout.SourceRouteKey;
import dev.thresher.bpf.layout.VipRecord;
import dev.thresher.config.Member;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.datapath.MemoryDatapath;
import dev.thresher.daemon.reconcile.DesiredState.DesiredMember;
import dev.thresher.daemon.reconcile.DesiredState.DesiredVip;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The part of {@link MapInvariants} about what names members past the tables, and where their packets leave. */
final class RouteInvariants {
    private final MemoryDatapath maps;

    // As they are after one write.
    private Map<QuicServerKey, Integer> servers = Map.of();
    private Map<SourceRouteKey, Integer> clients = Map.of();
    private Map<Integer, MemberRecord> members = Map.of();

    RouteInvariants(MemoryDatapath maps) {
        this.maps = maps;
    }

    /** What entries there are, with the real server that each leads to. */
    private record Routes(Map<QuicServerKey, InetAddress> servers, Map<SourceRouteKey, InetAddress> clients) {
        static Routes none() {
            return new Routes(new HashMap<>(), new HashMap<>());
        }

        void add(int vipId, DesiredRoutes routes) {
            routes.servers().forEach((id, real) -> servers.put(new QuicServerKey(vipId, id.version(), id.id()), real));
            routes.clients()
                    .forEach((prefix, real) ->
                            clients.put(new SourceRouteKey(vipId, prefix.network(), prefix.bits()), real));
        }
    }

    /** A packet finds what all states want, and what it finds is what one of them wants. */
    void check(List<DesiredState> underway) {
        servers = maps.quicServers().read();
        clients = maps.sourceRoutes().read();
        members = maps.members();
        checkEgress();
        Map<VipKey, VipRecord> vips = maps.vips();
        vips.forEach((key, record) -> {
            List<DesiredVip> versions = underway.stream()
                    .flatMap(state -> state.vips().stream())
                    .filter(vip -> vip.key().equals(key))
                    .toList();
            if (record.quic()) {
                QuicConfig config = maps.quicConfigs().read().get(record.id());
                assertTrue(
                        versions.stream().anyMatch(vip -> vip.routes().quic().equals(config)),
                        () -> key + " has the QUIC config " + config);
            }
            if (versions.size() == underway.size()) {
                checkWhatStays(record, versions);
            }
            checkFound(key, record);
        });
    }

    private void checkWhatStays(VipRecord record, List<DesiredVip> versions) {
        Routes common = Routes.none();
        common.add(record.id(), versions.get(0).routes());
        for (DesiredVip version : versions) {
            Routes other = Routes.none();
            other.add(record.id(), version.routes());
            common.servers.entrySet().retainAll(other.servers.entrySet());
            common.clients.entrySet().retainAll(other.clients.entrySet());
        }
        common.servers.forEach((key, real) -> assertLeadsTo(real, servers.get(key), key));
        common.clients.forEach((key, real) -> assertLeadsTo(real, clients.get(key), key));
    }

    /** While a VIP uses them, its entries lead to its own members, or to none. */
    private void checkFound(VipKey key, VipRecord vip) {
        Set<Integer> found = new HashSet<>();
        servers.forEach((entry, id) -> {
            if (entry.vipId() == vip.id() && vip.quic()) {
                found.add(id);
            }
        });
        clients.forEach((entry, id) -> {
            if (entry.vipId() == vip.id() && vip.sourceRoutes()) {
                found.add(id);
            }
        });
        found.forEach(id -> {
            MemberRecord member = members.get(id);
            assertTrue(
                    member == null || MapInvariants.memberOf(member).vip().equals(key),
                    () -> "a route of " + key + " leads to " + member);
        });
    }

    private void assertLeadsTo(InetAddress real, @Nullable Integer id, Object entry) {
        assertNotNull(id, () -> entry + " flaps");
        MemberRecord member = members.get(id);
        assertTrue(member == null || member.real().equals(real), () -> entry + " leads to " + member);
    }

    private void checkEgress() {
        Map<Integer, Integer> interfaces = maps.egress().read();
        members.forEach((id, member) -> {
            int index = member.nextHop().egress();
            assertTrue(index == 0 || interfaces.containsKey(index), () -> "no interface for " + member);
        });
    }

    /** Nothing but what was asked for. */
    static void assertHolds(MemoryDatapath maps, DesiredState desired) {
        Map<Member, Integer> ids = MapInvariants.ids(maps.members());
        Map<Integer, QuicConfig> configs = new HashMap<>();
        Map<QuicServerKey, Integer> servers = new HashMap<>();
        Map<SourceRouteKey, Integer> clients = new HashMap<>();
        Set<Integer> interfaces = new HashSet<>();
        for (DesiredVip vip : desired.vips()) {
            VipRecord record = maps.vip(vip.key());
            assertEquals(vip.routes().hasQuic(), record.quic());
            assertEquals(vip.routes().hasClients(), record.sourceRoutes());
            if (vip.routes().hasQuic()) {
                configs.put(record.id(), vip.routes().quic());
            }
            Routes routes = Routes.none();
            routes.add(record.id(), vip.routes());
            routes.servers.forEach((key, real) -> servers.put(key, ids.get(new Member(vip.key(), real))));
            routes.clients.forEach((key, real) -> clients.put(key, ids.get(new Member(vip.key(), real))));
            vip.members().stream().map(DesiredMember::egress).filter(i -> i > 0).forEach(interfaces::add);
            vip.members()
                    .forEach(member ->
                            assertLeaves(maps, member, ids.getOrDefault(new Member(vip.key(), member.real()), -1)));
        }
        assertEquals(configs, maps.quicConfigs().read());
        assertEquals(servers, maps.quicServers().read());
        assertEquals(clients, maps.sourceRoutes().read());
        assertEquals(interfaces, new HashSet<>(maps.egress().read().values()));
        assertEquals(interfaces.size(), maps.egress().read().size());
    }

    private static void assertLeaves(MemoryDatapath maps, DesiredMember member, int id) {
        int index = maps.member(id).nextHop().egress();
        assertEquals(member.egress(), index == 0 ? 0 : maps.egress().read().get(index));
    }
}
