// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.bpf.layout.HashKind;
import dev.thresher.bpf.layout.MemberRecord.Encapsulation;
import dev.thresher.bpf.layout.QuicConfig;
import dev.thresher.bpf.layout.QuicServerKey;
import dev.thresher.config.Pool;
import dev.thresher.config.QuicRouting;
import dev.thresher.config.Real;
import dev.thresher.config.ServerId;
import dev.thresher.config.SourceRoute;
import dev.thresher.config.Vip;
import dev.thresher.config.VipHash;
import dev.thresher.daemon.reconcile.DesiredRoutes;
import dev.thresher.daemon.reconcile.DesiredState.DesiredMember;
import dev.thresher.daemon.reconcile.DesiredState.DesiredVip;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is configured, in the words of the data plane. */
final class Wanted {
    private static final int KATRAN_DIGITS = 2 * Integer.BYTES;

    private Wanted() {}

    static DesiredVip vip(Vip vip, Pool pool, List<DesiredMember> members) {
        return new DesiredVip(vip.key(), vip.tracked(), hash(vip.hash()), routes(vip, pool), members);
    }

    static Encapsulation encapsulation(Pool pool) {
        return switch (pool.encapsulation().kind()) {
            case IPIP -> Encapsulation.IPIP;
            case GUE -> Encapsulation.gue(pool.encapsulation().guePort());
            case L2 -> Encapsulation.L2;
        };
    }

    private static HashKind hash(VipHash hash) {
        return switch (hash) {
            case FIVE_TUPLE -> HashKind.FIVE_TUPLE;
            case SOURCE -> HashKind.SOURCE;
            case SOURCE_PORT -> HashKind.SOURCE_PORT;
            case DESTINATION_PORT -> HashKind.DESTINATION_PORT;
        };
    }

    private static DesiredRoutes routes(Vip vip, Pool pool) {
        Map<DesiredRoutes.ClientPrefix, InetAddress> clients = new HashMap<>();
        for (SourceRoute route : vip.sourceRoutes()) {
            clients.put(
                    new DesiredRoutes.ClientPrefix(
                            route.prefix().address(), route.prefix().length()),
                    route.real());
        }
        QuicRouting quic = vip.quic();
        if (quic == null) {
            return new DesiredRoutes(QuicConfig.NONE, Map.of(), clients);
        }
        return quic.scheme() == QuicRouting.Scheme.KATRAN
                ? new DesiredRoutes(QuicConfig.KATRAN, katranServers(pool), clients)
                : new DesiredRoutes(QuicConfig.quicLb(quic.serverIdLengths()), quicLbServers(quic, pool), clients);
    }

    /** A real has its id in every config whose ids are that long. */
    private static Map<DesiredRoutes.ServerId, InetAddress> quicLbServers(QuicRouting quic, Pool pool) {
        Map<DesiredRoutes.ServerId, InetAddress> servers = new HashMap<>();
        for (Real real : pool.reals()) {
            for (ServerId id : real.serverIds()) {
                quic.serverIdLengths().forEach((rotation, length) -> {
                    if (length == id.length()) {
                        servers.put(new DesiredRoutes.ServerId(rotation, id.hex()), real.address());
                    }
                });
            }
        }
        return servers;
    }

    private static Map<DesiredRoutes.ServerId, InetAddress> katranServers(Pool pool) {
        Map<DesiredRoutes.ServerId, InetAddress> servers = new HashMap<>();
        for (Real real : pool.reals()) {
            for (ServerId id : real.serverIds()) {
                String digits = "0".repeat(KATRAN_DIGITS - id.hex().length()) + id.hex();
                servers.put(new DesiredRoutes.ServerId(QuicServerKey.KATRAN_VERSION, digits), real.address());
            }
        }
        return servers;
    }
}
