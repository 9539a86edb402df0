// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.reconcile;

import dev.thresher.bpf.layout.QuicConfig;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What names a VIP's members past its connection table and its Maglev table.
 *
 * @param quic how connection ids name them
 * @param servers the real server of each server id
 * @param clients the real server of each client prefix
 */
public record DesiredRoutes(
        QuicConfig quic, Map<ServerId, InetAddress> servers, Map<ClientPrefix, InetAddress> clients) {
    /** Nothing does. */
    public static final DesiredRoutes NONE = new DesiredRoutes(QuicConfig.NONE, Map.of(), Map.of());

    public DesiredRoutes {
        servers = Map.copyOf(servers);
        clients = Map.copyOf(clients);
    }

    /**
     * A server id.
     *
     * @param version config rotation of QUIC-LB, or what stands for Katran
     * @param id its bytes as hexadecimal digits
     */
    public record ServerId(int version, String id) {}

    /**
     * Clients.
     *
     * @param network the first address
     * @param bits of it that count
     */
    public record ClientPrefix(InetAddress network, int bits) {}

    boolean hasQuic() {
        return !quic.equals(QuicConfig.NONE);
    }

    boolean hasClients() {
        return !clients.isEmpty();
    }

    Set<InetAddress> reals() {
        Set<InetAddress> reals = new HashSet<>(servers.values());
        reals.addAll(clients.values());
        return reals;
    }
}
