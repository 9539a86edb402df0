// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A balancer with one VIP, one member up and one down. */
public final class SampleState implements StateSource {
    static final Instant STARTED = Instant.parse("2026-03-01T12:00:00Z");
    static final Instant NOW = Instant.parse("2026-03-01T15:12:09.250Z");

    private static final VipRouting ROUTING = new VipRouting(
            VipHash.SOURCE_PORT,
            QuicRouting.quicLb(Map.of(3, 2)),
            List.of(new SourceRoute(IpPrefix.parse("2001:db8:1::/48"), IpText.parse("fd00::3"))));

    @Override
    public DaemonState snapshot() {
        MemberState up = new MemberState(
                IpText.parse("10.0.0.2"),
                "web",
                Encapsulation.gue(6080),
                List.of(new ServerId("0a1b")),
                2,
                2,
                HealthState.UP,
                STARTED,
                "HTTP 200",
                Duration.ofMillis(1_250),
                new Traffic(10, 1_000, 3));
        MemberState down = new MemberState(
                IpText.parse("fd00::3"),
                "web",
                Encapsulation.IPIP,
                List.of(),
                1,
                0,
                HealthState.DOWN,
                NOW,
                "connection refused",
                null,
                Traffic.NONE);
        DaemonInfo daemon = new DaemonInfo(
                "edge",
                "1.2.3",
                STARTED,
                Path.of("/etc/thresher/thresher.conf"),
                "eth0",
                XdpMode.GENERIC,
                MacAddress.parse("02:00:00:00:00:01"),
                List.of("generic mode is slow"));
        VipState vip = new VipState(
                VipKey.parse("[2001:db8::1]:80/tcp"),
                "web",
                Mode.NORMAL,
                "web",
                true,
                ROUTING,
                up.traffic().plus(down.traffic()),
                new TreeMap<>(Map.of("no_member", 5L, "too_big", 2L)),
                List.of(up, down));
        ConfigError problem =
                new ConfigError("/etc/thresher/vips.conf", 3, "thresher.vips[0].port", "0", "0 is no port");
        ConfigState config = new ConfigState(7, STARTED, STARTED.plusSeconds(60), List.of(problem), List.of());
        return new DaemonState(NOW, daemon, new FlowCensus(1024, 40, 2, 1), List.of(vip), config);
    }

    @Override
    public List<Counter> counters() {
        return List.of(
                new Counter("tx", Counter.Kind.VERDICT, 10, "sent"),
                new Counter("no_member", Counter.Kind.DROP_REASON, 7, "nobody there"));
    }
}
