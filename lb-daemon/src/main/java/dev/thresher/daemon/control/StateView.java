// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.config.Config;
import dev.thresher.config.MacAddress;
import dev.thresher.config.Member;
import dev.thresher.config.Vip;
import dev.thresher.config.XdpMode;
import dev.thresher.daemon.control.Targets.VipPools;
import dev.thresher.daemon.datapath.KernelDatapath;
import dev.thresher.daemon.datapath.TrafficCounters;
import dev.thresher.daemon.nexthop.Resolution;
import dev.thresher.daemon.plan.VipPlan;
import dev.thresher.daemon.plan.VipPlan.MemberPlan;
import dev.thresher.daemon.plan.VipPlan.Mode;
import dev.thresher.daemon.state.ConfigState;
import dev.thresher.daemon.state.Counter;
import dev.thresher.daemon.state.DaemonInfo;
import dev.thresher.daemon.state.DaemonState;
import dev.thresher.daemon.state.Fill;
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
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    private final Warnings warnings;

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
        this.warnings = new Warnings(controller, configState);
    }

    /** All that one answer is made of, read once. */
    private record Picture(
            Instant now,
            long nowNanos,
            Published published,
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
                controller.checker().snapshot(),
                counters.members(Published.end(published.memberIds())),
                counters.vipDrops(Published.end(published.vipIds())));
        List<VipState> vips = published.targets().vips().stream()
                .map(vip -> vip(vip, picture))
                .toList();
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

    /** How full the maps of VIPs, members and routes are. */
    public List<Fill> fills() {
        return Fills.of(controller.published().config());
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
                warnings.of(mode, published, flows, vips));
    }

    private static @Nullable MacAddress nextHop(Published published) {
        return published.nextHops().values().stream()
                .filter(Resolution.Resolved.class::isInstance)
                .map(Resolution.Resolved.class::cast)
                .map(resolved -> MacAddress.parse(resolved.destination().toString()))
                .findFirst()
                .orElse(null);
    }

    private VipState vip(VipPools pools, Picture picture) {
        Vip vip = pools.vip();
        Map<InetAddress, MemberPlan> plans = picture.published.members(vip.key());
        Map<InetAddress, MemberState> members = new LinkedHashMap<>();
        pools.uses().forEach(use -> {
            MemberPlan plan = plans.get(use.real().address());
            if (plan == null || plan.pool().equals(use.pool().name())) {
                members.putIfAbsent(use.real().address(), member(use, plan, picture));
            }
        });
        Traffic traffic = members.values().stream().map(MemberState::traffic).reduce(Traffic.NONE, Traffic::plus);
        Integer id = picture.published.vipIds().get(vip.key());
        VipPlan plan = picture.published.plans().get(vip.key());
        return new VipState(
                vip.key(),
                vip.pool(),
                plan == null ? Mode.NONE : plan.mode(),
                plan == null ? vip.pool() : plan.pool(),
                vip.tracked(),
                VipRouting.of(vip),
                traffic,
                id == null ? new TreeMap<>() : PacketCounters.drops(picture.drops.get(id)),
                List.copyOf(members.values()));
    }

    private static MemberState member(Targets.Use use, @Nullable MemberPlan plan, Picture picture) {
        Target target = use.target();
        TargetHealth health = picture.healths.get(target);
        LastProbe probe = health == null ? null : health.lastProbe();
        InetAddress real = use.real().address();
        Integer id = picture.published.memberIds().get(new Member(use.vip().key(), real));
        return new MemberState(
                real,
                use.pool().name(),
                use.pool().encapsulation(),
                use.real().serverIds(),
                use.real().weight(),
                plan == null ? 0 : plan.effectiveWeight(),
                health == null
                        ? HealthState.UNKNOWN
                        : HealthNews.stateOf(target, health.state().health()),
                health == null ? picture.now : before(picture, health.state().sinceNanos()),
                reason(
                        health,
                        Reach.of(use.pool(), real, picture.published.nextHops().get(real))),
                probe == null ? null : Duration.ofNanos(picture.nowNanos - probe.endedNanos()),
                id == null ? Traffic.NONE : picture.traffic.get(id));
    }

    private static Instant before(Picture picture, long nanos) {
        return picture.now.minusNanos(picture.nowNanos - nanos);
    }

    /** Why a member serves or does not: the next hop first, without which its health means nothing. */
    private static String reason(@Nullable TargetHealth health, @Nullable Resolution nextHop) {
        if (nextHop instanceof Resolution.Unresolved unresolved) {
            return unresolved.reason();
        }
        if (health == null) {
            return "";
        }
        if (health.lender() != null) {
            return onLoan(health.lender());
        }
        List<Transition> history = health.history();
        if (!history.isEmpty()) {
            return history.get(history.size() - 1).reason();
        }
        LastProbe probe = health.lastProbe();
        return probe == null ? "" : probe.result().text();
    }

    /** What there is to say of a verdict that no probe of the target's own has confirmed. */
    static String onLoan(Target lender) {
        return "the verdict of " + lender + ", which it takes the place of, until a probe of its own confirms it";
    }
}
