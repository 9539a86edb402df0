// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import dev.thresher.config.ConfigError;
import dev.thresher.config.Encapsulation;
import dev.thresher.config.IpPrefix;
import dev.thresher.config.IpText;
import dev.thresher.config.MacAddress;
import dev.thresher.config.QuicRouting;
import dev.thresher.config.ServerId;
import dev.thresher.config.SourceRoute;
import dev.thresher.config.VipHash;
import dev.thresher.config.VipKey;
import dev.thresher.config.XdpMode;
import dev.thresher.daemon.plan.VipPlan.Mode;
import dev.thresher.daemon.state.ConfigState;
import dev.thresher.daemon.state.Counter;
import dev.thresher.daemon.state.DaemonInfo;
import dev.thresher.daemon.state.DaemonState;
import dev.thresher.daemon.state.FlowCensus;
import dev.thresher.daemon.state.HealthState;
import dev.thresher.daemon.state.MemberState;
import dev.thresher.daemon.state.StateSource;
import dev.thresher.daemon.state.Traffic;
import dev.thresher.daemon.state.VipRouting;
import dev.thresher.daemon.state.VipState;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
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
                        new Counter("tx", Counter.Kind.VERDICT, 1_234_567, "packets sent"),
                        new Counter("pass", Counter.Kind.VERDICT, 0, "packets left to the kernel"),
                        new Counter("no_member", Counter.Kind.DROP_REASON, 7, "there is nobody to send to"),
                        new Counter("malformed", Counter.Kind.DROP_REASON, 0, "it made no sense")));
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
                new ConfigState(12, NOW.minus(Duration.ofMinutes(5)), null, problems(warnings), List.of()));
    }

    private static List<ConfigError> problems(List<String> warnings) {
        String message = "\"wbe\" is not a pool; did you mean `web`?";
        return warnings.isEmpty()
                ? List.of()
                : List.of(new ConfigError("/etc/thresher/vips.conf", 3, "thresher.vips[0].pool", "wbe", message));
    }

    /** Two VIPs whose real servers are chosen and reached in all ways that there are. */
    static FakeSource routed() {
        VipRouting quic = new VipRouting(
                VipHash.SOURCE,
                QuicRouting.quicLb(Map.of(0, 2, 3, 4)),
                List.of(new SourceRoute(IpPrefix.parse("198.51.100.0/24"), IpText.parse("10.0.0.2"))));
        MemberState gue = member("10.0.0.2", 10, HealthState.UP, "", Traffic.NONE);
        VipState http3 =
                vip("203.0.113.0/24:any/udp", quic, new TreeMap<>(), reachedBy(gue, Encapsulation.gue(6080), "0a1b"));
        VipState web = vip(
                "203.0.113.10:80/tcp",
                VipRouting.PLAIN,
                new TreeMap<>(),
                reachedBy(gue, Encapsulation.IPIP),
                reachedBy(gue, Encapsulation.L2));
        return new FakeSource(state(null, List.of(), http3, web), List.of());
    }

    /** This with other drops: some of the first VIP's, and some of nobody's. */
    FakeSource afterDrops(long ofFirstVip, long ofNobody) {
        VipState first = snapshot.vips().get(0);
        long dropped = first.drops().getOrDefault("no_member", 0L) + ofFirstVip;
        VipState changed = new VipState(
                first.key(),
                first.pool(),
                first.mode(),
                first.servingPool(),
                first.tracked(),
                first.routing(),
                first.traffic(),
                new TreeMap<>(Map.of("no_member", dropped)),
                first.members());
        List<VipState> vips = new ArrayList<>(snapshot.vips());
        vips.set(0, changed);
        return new FakeSource(
                new DaemonState(NOW.plusMillis(1_250), snapshot.daemon(), snapshot.flows(), vips, snapshot.config()),
                counters.stream()
                        .map(counter ->
                                counter.name().equals("no_member") ? plus(counter, ofFirstVip + ofNobody) : counter)
                        .toList());
    }

    private static Counter plus(Counter counter, long packets) {
        return new Counter(counter.name(), counter.kind(), counter.packets() + packets, counter.meaning());
    }

    private static VipState vip(String key, long drops, MemberState... members) {
        SortedMap<String, Long> reasons = new TreeMap<>();
        if (drops > 0) {
            reasons.put("no_member", drops);
        }
        return vip(key, VipRouting.PLAIN, reasons, members);
    }

    private static VipState vip(String key, VipRouting routing, SortedMap<String, Long> drops, MemberState... members) {
        Traffic sum = Traffic.NONE;
        for (MemberState member : members) {
            sum = sum.plus(member.traffic());
        }
        VipKey parsed = VipKey.parse(key);
        return new VipState(
                parsed,
                "pool-" + parsed.protocol(),
                parsed.port() == 80 ? Mode.NORMAL : Mode.NONE,
                "pool-" + parsed.protocol(),
                parsed.port() == 80,
                routing,
                sum,
                drops,
                List.of(members));
    }

    private static MemberState reachedBy(MemberState member, Encapsulation encapsulation, String... serverIds) {
        return new MemberState(
                member.real(),
                member.pool(),
                encapsulation,
                Stream.of(serverIds).map(ServerId::new).toList(),
                member.weight(),
                member.effectiveWeight(),
                member.health(),
                member.since(),
                member.reason(),
                member.lastProbeAge(),
                member.traffic());
    }

    private static MemberState member(
            String real, int effectiveWeight, HealthState health, String reason, Traffic traffic) {
        return new MemberState(
                IpText.parse(real),
                "pool-tcp",
                Encapsulation.IPIP,
                List.of(),
                10,
                effectiveWeight,
                health,
                NOW.minusSeconds(42),
                reason,
                health == HealthState.UNKNOWN ? null : Duration.ofMillis(1_250),
                traffic);
    }
}
