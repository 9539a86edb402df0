// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.bpf.layout.MemberState;
import dev.thresher.config.Config;
import dev.thresher.config.HealthCheck;
import dev.thresher.config.IpText;
import dev.thresher.config.Member;
import dev.thresher.config.Order;
import dev.thresher.config.Pool;
import dev.thresher.config.PoolPolicy;
import dev.thresher.config.Real;
import dev.thresher.config.Vip;
import dev.thresher.config.VipKey;
import dev.thresher.healthcheck.Health;
import dev.thresher.healthcheck.Target;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FoundVerdictsTest {
    private static final InetAddress REAL = IpText.parse("10.0.0.2");
    private static final InetAddress OTHER = IpText.parse("10.0.0.3");
    private static final HealthCheck HTTP = HealthCheck.http(80, "/");
    private static final HealthCheck TLS = HealthCheck.tcp(443);
    private static final VipKey WEB = VipKey.parse("203.0.113.10:80/tcp");
    private static final VipKey WEB6 = VipKey.parse("[2001:db8::10]:80/tcp");
    private static final VipKey SECURE = VipKey.parse("203.0.113.10:443/tcp");

    private static final Config CONFIG = Configs.of(
            List.of(
                    Configs.pool("web", HTTP, new Real(REAL, 1), new Real(OTHER, 1)),
                    Configs.pool("secure", TLS, new Real(REAL, 1))),
            new Vip(WEB, "web", true),
            new Vip(WEB6, "web", true),
            new Vip(SECURE, "secure", true));

    @Test
    void of_nothing_knowsNothing() {
        assertEquals(Map.of(), FoundVerdicts.of(new Targets(CONFIG), Map.of()));
    }

    @Test
    void of_oneRealWithTwoChecks_keepsTheirVerdictsApart() {
        Map<Member, MemberState> found = Map.of(
                new Member(WEB, REAL), MemberState.DOWN,
                new Member(SECURE, REAL), MemberState.UP);
        assertEquals(
                Map.of(new Target(REAL, HTTP), Health.DOWN, new Target(REAL, TLS), Health.UP),
                FoundVerdicts.of(new Targets(CONFIG), found));
    }

    @Test
    void of_aTargetOfTwoVips_isUpIfEitherIs() {
        Map<Member, MemberState> found = Map.of(
                new Member(WEB, REAL), MemberState.DOWN,
                new Member(WEB6, REAL), MemberState.UP,
                new Member(WEB, OTHER), MemberState.UP,
                new Member(WEB6, OTHER), MemberState.DOWN);
        assertEquals(
                Map.of(new Target(REAL, HTTP), Health.UP, new Target(OTHER, HTTP), Health.UP),
                FoundVerdicts.of(new Targets(CONFIG), found));
    }

    @Test
    void of_aDrainingMember_isUp() {
        assertEquals(
                Map.of(new Target(OTHER, HTTP), Health.UP),
                FoundVerdicts.of(new Targets(CONFIG), Map.of(new Member(WEB, OTHER), MemberState.DRAIN)));
    }

    @Test
    void of_aMemberThatIsOutByOrder_knowsNothing() {
        Config config = Configs.of(
                List.of(Configs.pool("web", HTTP, new Real(REAL, 1).with(Order.MAINTENANCE), new Real(OTHER, 1))),
                new Vip(WEB, "web", true));
        assertEquals(
                Map.of(new Target(OTHER, HTTP), Health.DOWN),
                FoundVerdicts.of(
                        new Targets(config),
                        Map.of(
                                new Member(WEB, REAL), MemberState.DOWN,
                                new Member(WEB, OTHER), MemberState.DOWN)));
    }

    @Test
    void of_aMemberWhoseDrainMayHaveEnded_knowsNothing() {
        Pool pool = Configs.pool("web", HTTP, new Real(REAL, 1).with(Order.DRAIN), new Real(OTHER, 0))
                .with(new PoolPolicy(Duration.ZERO, Duration.ofMinutes(1), 1, 0));
        Config config = Configs.of(List.of(pool), new Vip(WEB, "web", true));
        assertEquals(
                Map.of(new Target(OTHER, HTTP), Health.UP),
                FoundVerdicts.of(
                        new Targets(config),
                        Map.of(
                                new Member(WEB, REAL), MemberState.DOWN,
                                new Member(WEB, OTHER), MemberState.DRAIN)));
    }
}
