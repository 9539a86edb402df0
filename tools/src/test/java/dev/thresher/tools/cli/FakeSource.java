// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import dev.thresher.config.ConfigError;
import dev.thresher.config.IpText;
import dev.thresher.config.MacAddress;
import dev.thresher.config.VipKey;
import dev.thresher.config.XdpMode;
import dev.thresher.daemon.state.ConfigState;
import dev.thresher.daemon.state.Counter;
import dev.thresher.daemon.state.DaemonInfo;
import dev.thresher.daemon.state.DaemonState;
import dev.thresher.daemon.state.FlowCensus;
import dev.thresher.daemon.state.HealthState;
import dev.thresher.daemon.state.MemberState;
import dev.thresher.daemon.state.StateSource;
import dev.thresher.daemon.state.Traffic;
import dev.thresher.daemon.state.VipState;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A balancer with two VIPs: one with a member down, one without any that is up. */
record FakeSource(DaemonState snapshot, List<Counter> counters) implements StateSource {
    private static final Instant NOW = Instant.parse("2026-03-01T15:12:09Z");

    static FakeSource busy() {
        VipState web = vip(
                "203.0.113.10:80/tcp",
                7,
                member("10.0.0.2", 10, HealthState.UP, "HTTP 200", new Traffic(1_234_567, 987_654_321, 4_242)),
                member("10.0.0.3", 0, HealthState.DOWN, "connect: connection refused", Traffic.NONE));
        VipState dns = vip("[2001:db8::1]:53/udp", 0, member("fd00::2", 0, HealthState.UNKNOWN, "", Traffic.NONE));
        return new FakeSource(
                state(MacAddress.parse("02:00:00:00:00:01"), List.of("no member of one VIP is up"), web, dns),
                List.of(
                        new Counter("tx", Counter.Kind.VERDICT, 1_234_567),
                        new Counter("pass", Counter.Kind.VERDICT, 0),
                        new Counter("no_member", Counter.Kind.DROP_REASON, 7),
                        new Counter("malformed", Counter.Kind.DROP_REASON, 0)));
    }

    static FakeSource idle() {
        return new FakeSource(state(null, List.of()), List.of());
    }

    private static DaemonState state(@Nullable MacAddress nextHop, List<String> warnings, VipState... vips) {
        return new DaemonState(
                NOW,
                new DaemonInfo(
                        "edge",
                        "1.2.3",
                        NOW.minus(Duration.ofMinutes(192)),
                        Path.of("/etc/thresher/thresher.conf"),
                        "eth0",
                        XdpMode.DRIVER,
                        nextHop,
                        warnings),
                new FlowCensus(1_048_576, 524_000, 288, 17),
                List.of(vips),
                new ConfigState(12, NOW.minus(Duration.ofMinutes(5)), problems(warnings)));
    }

    private static List<ConfigError> problems(List<String> warnings) {
        String message = "\"wbe\" is not a pool; did you mean `web`?";
        return warnings.isEmpty()
                ? List.of()
                : List.of(new ConfigError("/etc/thresher/vips.conf", 3, "thresher.vips[0].pool", "wbe", message));
    }

    private static VipState vip(String key, long drops, MemberState... members) {
        Traffic sum = Traffic.NONE;
        for (MemberState member : members) {
            sum = sum.plus(member.traffic());
        }
        VipKey parsed = VipKey.parse(key);
        return new VipState(parsed, "pool-" + parsed.protocol(), parsed.port() == 80, sum, drops, List.of(members));
    }

    private static MemberState member(
            String real, int effectiveWeight, HealthState health, String reason, Traffic traffic) {
        return new MemberState(
                IpText.parse(real),
                10,
                effectiveWeight,
                health,
                NOW.minusSeconds(42),
                reason,
                health == HealthState.UNKNOWN ? null : Duration.ofMillis(1_250),
                traffic);
    }
}
