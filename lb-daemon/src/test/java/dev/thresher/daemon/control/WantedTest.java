// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.bpf.layout.HashKind;
import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.QuicConfig;
import dev.thresher.config.HealthCheck;
import dev.thresher.config.IpPrefix;
import dev.thresher.config.IpText;
import dev.thresher.config.Pool;
import dev.thresher.config.QuicRouting;
import dev.thresher.config.Real;
import dev.thresher.config.ServerId;
import dev.thresher.config.SourceRoute;
import dev.thresher.config.Vip;
import dev.thresher.config.VipHash;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.reconcile.DesiredRoutes;
import dev.thresher.daemon.reconcile.DesiredRoutes.ClientPrefix;
import dev.thresher.daemon.reconcile.DesiredState.DesiredMember;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WantedTest {
    private static final InetAddress FIRST = IpText.parse("10.0.0.2");
    private static final InetAddress SECOND = IpText.parse("10.0.0.3");
    private static final Vip VIP = new Vip(VipKey.parse("203.0.113.10:443/udp"), "web", true);
    private static final Pool POOL = Configs.pool(
            "web",
            HealthCheck.none(),
            new Real(FIRST, 1, List.of(new ServerId("0a0b0c0d"), new ServerId("07"))),
            new Real(SECOND, 1, List.of(new ServerId("0000ffff"))));

    private static DesiredRoutes routes(Vip vip) {
        NextHop nowhere = new NextHop(MacAddress.of(new byte[6]), MacAddress.of(new byte[6]));
        List<DesiredMember> members = POOL.reals().stream()
                .map(real -> new DesiredMember(real.address(), 1, MemberState.UP, nowhere))
                .toList();
        return Wanted.vip(vip, POOL, members).routes();
    }

    @Test
    void vip_withoutRoutes_hasNone() {
        assertEquals(DesiredRoutes.NONE, routes(VIP));
    }

    @Test
    void quicLb_hasEachIdInEveryConfigOfItsLength() {
        assertEquals(
                new DesiredRoutes(
                        QuicConfig.quicLb(Map.of(0, 4, 2, 1, 5, 4)),
                        Map.of(
                                new DesiredRoutes.ServerId(0, "0a0b0c0d"), FIRST,
                                new DesiredRoutes.ServerId(5, "0a0b0c0d"), FIRST,
                                new DesiredRoutes.ServerId(2, "07"), FIRST,
                                new DesiredRoutes.ServerId(0, "0000ffff"), SECOND,
                                new DesiredRoutes.ServerId(5, "0000ffff"), SECOND),
                        Map.of()),
                routes(VIP.with(QuicRouting.quicLb(Map.of(0, 4, 2, 1, 5, 4)))));
    }

    @Test
    void katran_hasIdsAsNumbers() {
        assertEquals(
                new DesiredRoutes(
                        QuicConfig.KATRAN,
                        Map.of(
                                new DesiredRoutes.ServerId(0, "0a0b0c0d"), FIRST,
                                new DesiredRoutes.ServerId(0, "00000007"), FIRST,
                                new DesiredRoutes.ServerId(0, "0000ffff"), SECOND),
                        Map.of()),
                routes(VIP.with(QuicRouting.katran())));
    }

    @Test
    void sourceRoutes_areClientPrefixes() {
        List<SourceRoute> routes = List.of(
                new SourceRoute(IpPrefix.parse("198.51.100.0/24"), SECOND),
                new SourceRoute(IpPrefix.parse("0.0.0.0/0"), FIRST));
        assertEquals(
                new DesiredRoutes(
                        QuicConfig.NONE,
                        Map.of(),
                        Map.of(
                                new ClientPrefix(IpText.parse("198.51.100.0"), 24), SECOND,
                                new ClientPrefix(IpText.parse("0.0.0.0"), 0), FIRST)),
                routes(VIP.with(routes)));
    }

    @ParameterizedTest
    @EnumSource(VipHash.class)
    void hash_isTheOneOfThatName(VipHash hash) {
        assertEquals(
                HashKind.valueOf(hash.name()),
                Wanted.vip(VIP.with(hash), POOL, List.of()).hash());
    }
}
