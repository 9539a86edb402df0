// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import dev.thresher.bpf.BpfProgram;
import dev.thresher.bpf.XdpLink;
import dev.thresher.bpf.XdpMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One run of {@code bench veth}. On one core, a generator sends frames out of one end of a veth pair; the program under
 * test, in driver mode on the other end, sends them back with {@code XDP_TX}; a sink on the first end counts and drops
 * them. So a rate is that of all the work that a frame makes, of which the program is a part.
 */
final class VethRun implements AutoCloseable {
    static final String XDP_TX = "xdp_tx";
    static final String BARE = "bare";
    static final String ONE_FLOW = "thresher_1";
    static final String MANY_FLOWS = "thresher_2e20";

    private static final int FRAMES = 1 << 16;
    /** Frames that the kernel may lose between two rings without the rate meaning something else. */
    private static final double TOLERATED_LOSS = 0.01;

    private static final Traffic ONE = new Traffic(Traffic.Kind.TCP_IPV4, 0, 0);
    private static final Traffic MANY = new Traffic(Traffic.Kind.TCP_IPV4, 20, 0);

    private final VethPair pair = VethPair.create();
    private final Balancer balancer;
    private final List<Wrapper> wrappers = new ArrayList<>();
    private final Map<String, List<Double>> rates = new LinkedHashMap<>();
    private final int cpu;

    VethRun(int cpu, int loads, int maxFlows) {
        this.cpu = cpu;
        balancer = Balancer.load(List.of(Traffic.Kind.TCP_IPV4), 1, maxFlows, loads);
        for (int i = 0; i < loads; i++) {
            wrappers.add(Wrapper.load(balancer.flows()));
        }
        Wrapper wrapper = wrappers.get(0);
        wrapper.target(balancer.program(0));
        wrapper.traffic(MANY);
        wrapper.run("wrap_ipv4", MANY, 2 * MANY.flows());
    }

    /** Frames a second, by name. */
    Map<String, List<Double>> rates() {
        return rates;
    }

    /** Measures everything once, with one of the loads. */
    void round(int load) {
        Wrapper wrapper = wrappers.get(load);
        pair.run(cpu, () -> {
            XdpLink sink = wrapper.program("sink").attachXdp(VethPair.indexOf(VethPair.NEAR), XdpMode.DRIVER);
            try (sink) {
                wrapper.sendTo(VethPair.indexOf(VethPair.NEAR));
                measure(wrapper, XDP_TX, wrapper.program("empty"), ONE);
                measure(wrapper, BARE, wrapper.program("bare_ipv4"), ONE);
                measure(wrapper, ONE_FLOW, balancer.program(load), ONE);
                measure(wrapper, MANY_FLOWS, balancer.program(load), MANY);
            }
        });
    }

    private void measure(Wrapper wrapper, String name, BpfProgram program, Traffic traffic) {
        wrapper.traffic(traffic);
        BpfProgram generator = wrapper.program("generate");
        XdpLink link = program.attachXdp(VethPair.indexOf(VethPair.FAR), XdpMode.DRIVER);
        try (link) {
            generator.runLive(traffic.frame(), FRAMES / 8);
            wrapper.resetRuns();
            long start = System.nanoTime();
            generator.runLive(traffic.frame(), FRAMES);
            long nanos = System.nanoTime() - start;
            long received = wrapper.runs();
            if (received < FRAMES * (1 - TOLERATED_LOSS)) {
                throw new BenchException(name + ": of " + FRAMES + " frames only " + received + " came back");
            }
            rates.computeIfAbsent(name, unused -> new ArrayList<>()).add(received * 1e9 / nanos);
        }
    }

    @Override
    public void close() {
        wrappers.forEach(Wrapper::close);
        balancer.close();
        pair.close();
    }
}
