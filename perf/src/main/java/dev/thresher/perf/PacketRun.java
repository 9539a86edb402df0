// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import dev.thresher.bpf.BpfException;
import dev.thresher.bpf.BpfProgram;
import dev.thresher.bpf.layout.MemberRecord.Encapsulation;
import dev.thresher.perf.Balancer.Pools;
import dev.thresher.perf.PacketCase.Flows;
import dev.thresher.perf.PacketCase.Service;
import dev.thresher.perf.Wrapper.Timing;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One run of {@code bench packets}: loads everything several times and measures in rounds, each case once a round. The
 * wrapper times bare encapsulation with each of them, so each case has a unit of its own time and place.
 */
final class PacketRun implements AutoCloseable {
    /** The unit of all figures. */
    static final String BARE_IPV4 = "bare_ipv4";

    static final String BARE_IPV6 = "bare_ipv6";
    /** And one line of a table as large as the connection table, for 2^20 flows. */
    static final String BARE_LOOKUP = "bare_lookup_ipv4";

    static final List<String> FLOORS = List.of(BARE_IPV4, BARE_IPV6, BARE_LOOKUP);

    /** Turns of the program under test in one measurement, and of bare encapsulation beside it. */
    private static final int TURNS = 512;

    private static final int WARM_UP = 1 << 14;
    /** Enough of the flows to reach the caches' steady state again after another case. */
    private static final int WARM_UP_MAX = 1 << 18;

    private static final int GUE_PORT = 6080;

    private static final double TOLERATED = 0.001;

    private static final Traffic ONE_IPV4 = new Traffic(Traffic.Kind.TCP_IPV4, 0, 0);
    private static final Traffic MANY_IPV4 = new Traffic(Traffic.Kind.TCP_IPV4, 20, 0);
    private static final Traffic ONE_IPV6 = new Traffic(Traffic.Kind.TCP_IPV6, 0, 0);

    private final Set<PacketCase> cases;
    private final Map<Service, Balancer> balancers = new EnumMap<>(Service.class);
    private final List<Wrapper> wrappers = new ArrayList<>();
    private final Consumer<String> progress;
    private final Map<String, List<Timing>> timings = new LinkedHashMap<>();
    private final Set<String> failures = new LinkedHashSet<>();

    PacketRun(Set<PacketCase> cases, int loads, int maxFlows, Consumer<String> progress) {
        this.cases = cases.isEmpty() ? EnumSet.noneOf(PacketCase.class) : EnumSet.copyOf(cases);
        this.progress = progress;
        for (PacketCase each : cases) {
            balancers.computeIfAbsent(each.service, service -> balancer(service, maxFlows, loads));
        }
        Balancer emptied = balancers.getOrDefault(
                Service.NEW_FLOWS, balancers.values().iterator().next());
        for (int i = 0; i < loads; i++) {
            wrappers.add(Wrapper.load(emptied.flows()));
        }
    }

    private static Balancer balancer(Service service, int maxFlows, int loads) {
        return switch (service) {
            case ONE_VIP ->
                Balancer.load(
                        List.of(Traffic.Kind.TCP_IPV4, Traffic.Kind.UDP_IPV4, Traffic.Kind.TCP_IPV6),
                        1,
                        maxFlows,
                        loads);
            case GUE ->
                Balancer.load(
                        List.of(Traffic.Kind.TCP_IPV4, Traffic.Kind.TCP_IPV6),
                        1,
                        maxFlows,
                        loads,
                        Pools.PLAIN.with(Encapsulation.gue(GUE_PORT)));
            case ROUTED ->
                Balancer.load(List.of(Traffic.Kind.TCP_IPV4, Traffic.Kind.UDP_IPV4), 1, maxFlows, loads, Pools.ROUTED);
            case ANOTHER_INTERFACE ->
                Balancer.load(List.of(Traffic.Kind.TCP_IPV4), 1, maxFlows, loads, Pools.ANOTHER_INTERFACE);
            case MANY_VIPS ->
                Balancer.load(
                        List.of(Traffic.Kind.TCP_IPV4), 1 << PacketCase.MANY_VIPS.traffic.vipBits(), maxFlows, loads);
            case NEW_FLOWS -> Balancer.load(List.of(Traffic.Kind.SYN_IPV4), 1, maxFlows, loads);
        };
    }

    /** By name: the floors, the cases, and with a suffix those of another program. */
    Map<String, List<Timing>> timings() {
        return timings;
    }

    /** Why the other program was not measured in a case. */
    Set<String> failures() {
        return failures;
    }

    /** Has the connection tables know the flows that the cases take for established. */
    void populate() {
        Wrapper wrapper = wrappers.get(0);
        for (PacketCase each : cases) {
            if (each.flows == Flows.KNOWN) {
                wrapper.target(balancer(each).program(0));
                wrapper.traffic(each.traffic);
                wrapper.run(each.wrapper(), each.traffic, 2 * each.traffic.flows());
            }
        }
    }

    /** Measures everything once, with one of the loads. */
    void round(int load, Map<String, BpfProgram> others) {
        Wrapper wrapper = wrappers.get(load);
        floor(wrapper, BARE_IPV4, ONE_IPV4, "wrap_ipv4");
        floor(wrapper, BARE_IPV6, ONE_IPV6, "wrap_ipv6");
        floor(wrapper, BARE_LOOKUP, MANY_IPV4, "wrap_ipv4");
        for (PacketCase each : cases) {
            record(each.label(), measureOurs(wrapper, each, load));
            others.forEach((suffix, program) ->
                    measureOther(wrapper, each, program).ifPresent(timing -> record(each.label() + suffix, timing)));
        }
    }

    private void floor(Wrapper wrapper, String bare, Traffic traffic, String wrap) {
        warmUp(wrapper, traffic, wrap, wrapper.program(bare));
        record(bare, wrapper.measure(wrap, traffic, wrapper.program(bare), turns(traffic)));
    }

    private Timing measureOurs(Wrapper wrapper, PacketCase each, int load) {
        Balancer balancer = balancer(each);
        BpfProgram program = balancer.program(load);
        check(wrapper, each, program);
        prepare(wrapper, each, program);
        long before = balancer.newFlows();
        Timing timing = wrapper.measure(each.wrapper(), each.traffic, program, turns(each.traffic));
        double share = (double) (balancer.newFlows() - before) / timing.packets();
        // Some buckets overflow, and some flows share their tag: that is so in production too.
        if (Math.abs(share - (each.startsFlows() ? 1 : 0)) > TOLERATED) {
            throw new BenchException("%s is not what it says: %.1f %% of its packets started a flow; give --flows more"
                    .formatted(each.label(), 100 * share));
        }
        return timing;
    }

    private void check(Wrapper wrapper, PacketCase each, BpfProgram program) {
        wrapper.target(program);
        wrapper.traffic(each.traffic);
        if (each.traffic.kind() == Traffic.Kind.FRAGMENT_IPV4) {
            program.testRun(each.traffic.firstFragment()); // it is remembered for half a minute
        }
        if (each.flows == Flows.ONE_FORGOTTEN) {
            balancer(each).forgetFlows();
            wrapper.run("wrap_ipv4", each.traffic, 1);
            wrapper.clear(balancer(each).firstUsedPair());
        }
        int verdict = wrapper.run(each.wrapper(), each.traffic, 1);
        if (each.service == Service.ROUTED && balancer(each).hasFlows()) {
            throw new BenchException(each.label() + ": the packet went by its flow and not by what it names");
        }
        if (verdict != each.verdict()) {
            throw new BenchException(each.label() + ": the verdict is " + Verdicts.name(verdict) + " and not "
                    + Verdicts.name(each.verdict()));
        }
    }

    private Optional<Timing> measureOther(Wrapper wrapper, PacketCase each, BpfProgram program) {
        try {
            wrapper.target(program);
        } catch (BpfException e) {
            throw new BenchException(
                    "cannot call " + program.name()
                            + ": it must be an XDP program without xdp.frags or device binding; " + e.getMessage(),
                    e);
        }
        wrapper.traffic(each.traffic);
        int verdict = wrapper.run(each.traffic.kind().wrapper(), each.traffic, 1);
        if (verdict != each.verdict()) {
            failures.add(each.label() + ": " + program.name() + " answers " + Verdicts.name(verdict) + ", not "
                    + Verdicts.name(each.verdict()));
            return Optional.empty();
        }
        prepare(wrapper, each, program);
        return Optional.of(wrapper.measure(each.wrapper(), each.traffic, program, turns(each.traffic)));
    }

    /** Brings caches and connection table to what the case is about. */
    private void prepare(Wrapper wrapper, PacketCase each, BpfProgram program) {
        if (each.flows == Flows.ALL_FORGOTTEN) {
            balancer(each).forgetFlows();
            wrapper.traffic(each.traffic);
        } else {
            warmUp(wrapper, each.traffic, each.wrapper(), program);
        }
    }

    private static void warmUp(Wrapper wrapper, Traffic traffic, String wrap, BpfProgram program) {
        wrapper.target(program);
        wrapper.traffic(traffic);
        wrapper.run(wrap, traffic, Math.max(WARM_UP, Math.min(traffic.flows(), WARM_UP_MAX)));
    }

    /** More for many flows, but not more than make a packet of each. */
    private static int turns(Traffic traffic) {
        return Math.max(TURNS, Math.min(traffic.flows() / (4 * Wrapper.BATCH), 2 * TURNS));
    }

    private Balancer balancer(PacketCase each) {
        Balancer balancer = balancers.get(each.service);
        if (balancer == null) {
            throw new IllegalStateException("no balancer for " + each);
        }
        return balancer;
    }

    private void record(String name, Timing timing) {
        timings.computeIfAbsent(name, unused -> new ArrayList<>()).add(timing);
        progress.accept("%-24s %7.1f ns, bare %5.1f ns".formatted(name, timing.nanos(), timing.bareNanos()));
    }

    @Override
    public void close() {
        wrappers.forEach(Wrapper::close);
        balancers.values().forEach(Balancer::close);
    }
}
