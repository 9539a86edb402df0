// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.config.Config;
import dev.thresher.config.HealthCheck;
import dev.thresher.config.MacAddress;
import dev.thresher.config.Member;
import dev.thresher.config.Pool;
import dev.thresher.config.Real;
import dev.thresher.config.Vip;
import dev.thresher.config.XdpMode;
import dev.thresher.daemon.datapath.KernelDatapath;
import dev.thresher.daemon.datapath.TrafficCounters;
import dev.thresher.daemon.nexthop.Resolution;
import dev.thresher.daemon.state.ConfigState;
import dev.thresher.daemon.state.Counter;
import dev.thresher.daemon.state.DaemonInfo;
import dev.thresher.daemon.state.DaemonState;
import dev.thresher.daemon.state.HealthState;
import dev.thresher.daemon.state.MemberState;
import dev.thresher.daemon.state.StateSource;
import dev.thresher.daemon.state.Traffic;
import dev.thresher.daemon.state.VipRouting;
import dev.thresher.daemon.state.VipState;
import dev.thresher.healthcheck.LastProbe;
import dev.thresher.healthcheck.Target;
import dev.thresher.healthcheck.TargetHealth;
import dev.thresher.healthcheck.Transition;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Puts together what the servers publish, at the moment they ask. */
public final class StateView implements StateSource {
    private final Path configFile;
    private final String version;
    private final Instant startedAt;
    private final KernelDatapath datapath;
    private final Controller controller;
    private final Supplier<ConfigState> configState;
    private final FlowSweeping sweeping;

    public StateView(
            Path configFile,
            String version,
            KernelDatapath datapath,
            Controller controller,
            Supplier<ConfigState> configState,
            FlowSweeping sweeping) {
        this.configFile = configFile;
        this.version = version;
        this.startedAt = Instant.now();
        this.datapath = datapath;
        this.controller = controller;
        this.configState = configState;
        this.sweeping = sweeping;
    }

    /** All that one answer is made of, read once. */
    private record Picture(
            Instant now,
            long nowNanos,
            Published published,
            Map<Member, Integer> weights,
            Map<Target, TargetHealth> healths,
            List<Traffic> traffic,
            List<Map<dev.thresher.bpf.layout.Counter, Long>> drops) {}

    @Override
    public DaemonState snapshot() {
        Published published = controller.published();
        TrafficCounters counters = datapath.counters();
        Picture picture = new Picture(
                Instant.now(),
                controller.checker().nanoTime(),
                published,
                published.effectiveWeights(),
                controller.checker().snapshot(),
                counters.members(Published.end(published.memberIds())),
                counters.vipDrops(Published.end(published.vipIds())));
        List<VipState> vips =
                published.config().vips().stream().map(vip -> vip(vip, picture)).toList();
        FlowStatus flows = sweeping.status();
        return new DaemonState(picture.now, info(published, flows, vips), flows.census(), vips, configState.get());
    }

    @Override
    public List<Counter> counters() {
        TrafficCounters counters = datapath.counters();
        List<Traffic> members =
                counters.members(Published.end(controller.published().memberIds()));
        return PacketCounters.of(counters.globals(), members);
    }

    private DaemonInfo info(Published published, FlowStatus flows, List<VipState> vips) {
        XdpMode mode = datapath.mode();
        Config config = published.config();
        return new DaemonInfo(
                config.instance(),
                version,
                startedAt,
                configFile,
                config.iface().name(),
                mode,
                nextHop(published),
                warnings(mode, published, flows, vips));
    }

    private static @Nullable MacAddress nextHop(Published published) {
        return published.nextHops().values().stream()
                .filter(Resolution.Resolved.class::isInstance)
                .map(Resolution.Resolved.class::cast)
                .map(resolved -> MacAddress.parse(resolved.destination().toString()))
                .findFirst()
                .orElse(null);
    }

    private List<String> warnings(XdpMode mode, Published published, FlowStatus flows, List<VipState> vips) {
        List<String> warnings = new ArrayList<>();
        int problems = configState.get().problems().size();
        if (problems > 0) {
            warnings.add("the configuration files do not count, because of " + problems
                    + (problems == 1 ? " error in them" : " errors in them"));
        }
        controller.failure().ifPresent(warnings::add);
        for (VipState vip : vips) {
            if (vip.membersUp() == 0) {
                warnings.add("VIP " + vip.key() + " has no real server that is up: its packets are dropped");
            }
        }
        published.nextHops().values().stream()
                .filter(Resolution.Unresolved.class::isInstance)
                .map(resolution -> ((Resolution.Unresolved) resolution).reason())
                .distinct()
                .sorted()
                .forEach(warnings::add);
        warnings.addAll(published.doubts());
        warnings.addAll(flows.warnings());
        if (mode == XdpMode.GENERIC) {
            warnings.add("the program runs in generic mode, which is several times slower than driver mode");
        }
        return warnings;
    }

    private static VipState vip(Vip vip, Picture picture) {
        Pool pool = picture.published.config().poolOf(vip);
        List<MemberState> members = pool.reals().stream()
                .map(real -> member(vip, pool, real, picture))
                .toList();
        Traffic traffic = members.stream().map(MemberState::traffic).reduce(Traffic.NONE, Traffic::plus);
        Integer id = picture.published.vipIds().get(vip.key());
        return new VipState(
                vip.key(),
                vip.pool(),
                vip.tracked(),
                VipRouting.of(vip),
                traffic,
                id == null ? new TreeMap<>() : PacketCounters.drops(picture.drops.get(id)),
                members);
    }

    private static MemberState member(Vip vip, Pool pool, Real real, Picture picture) {
        Member member = new Member(vip.key(), real.address());
        TargetHealth health = picture.healths.get(Target.of(vip, pool, real.address()));
        LastProbe probe = health == null ? null : health.lastProbe();
        Integer id = picture.published.memberIds().get(member);
        return new MemberState(
                real.address(),
                pool.encapsulation(),
                real.serverIds(),
                real.weight(),
                Objects.requireNonNullElse(picture.weights.get(member), 0),
                stateOf(health, pool.check()),
                health == null ? picture.now : before(picture, health.state().sinceNanos()),
                reason(
                        health,
                        Reach.of(
                                pool,
                                real.address(),
                                picture.published.nextHops().get(real.address()))),
                probe == null ? null : Duration.ofNanos(picture.nowNanos - probe.endedNanos()),
                id == null ? Traffic.NONE : picture.traffic.get(id));
    }

    private static Instant before(Picture picture, long nanos) {
        return picture.now.minusNanos(picture.nowNanos - nanos);
    }

    private static HealthState stateOf(@Nullable TargetHealth health, HealthCheck check) {
        if (!check.probes()) {
            return HealthState.UNCHECKED;
        }
        return health == null
                ? HealthState.UNKNOWN
                : switch (health.state().health()) {
                    case UNKNOWN -> HealthState.UNKNOWN;
                    case UP, DRAIN -> HealthState.UP;
                    case DOWN, MAINTENANCE -> HealthState.DOWN;
                };
    }

    /** Why a member serves or does not: the next hop first, without which its health means nothing. */
    private static String reason(@Nullable TargetHealth health, @Nullable Resolution nextHop) {
        if (nextHop instanceof Resolution.Unresolved unresolved) {
            return unresolved.reason();
        }
        if (health == null) {
            return "";
        }
        List<Transition> history = health.history();
        if (!history.isEmpty()) {
            return history.get(history.size() - 1).reason();
        }
        LastProbe probe = health.lastProbe();
        return probe == null ? "" : probe.result().text();
    }
}
