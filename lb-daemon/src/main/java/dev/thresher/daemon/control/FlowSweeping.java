// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.bpf.layout.Counter;
import dev.thresher.daemon.datapath.FlowSweep;
import dev.thresher.daemon.datapath.KernelDatapath;
import dev.thresher.daemon.state.FlowCensus;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sweeps a part of the connection table at each run, and keeps what it saw there. One thread runs it, any may ask. */
public final class FlowSweeping implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(FlowSweeping.class);

    private final KernelDatapath datapath;
    private final FlowPressure pressure = new FlowPressure();
    private FlowSweep sweep;

    private volatile FlowStatus status;

    public FlowSweeping(KernelDatapath datapath) {
        this.datapath = datapath;
        this.sweep = new FlowSweep(datapath.flows(), datapath.fragments());
        this.status = new FlowStatus(sweep.census(), List.of());
    }

    /** How the connection table was when it was swept last. */
    public FlowStatus status() {
        return status;
    }

    @Override
    public void run() {
        try {
            if (!sweep.isOf(datapath.flows())) {
                sweep = new FlowSweep(datapath.flows(), datapath.fragments());
            }
            int removed = sweep.step(datapath.nowTicks(), datapath.settings().ticks());
            LOG.trace("Swept a part of the connection table: {} entries were expired", removed);
            FlowCensus census = sweep.census();
            Map<Counter, Long> counters = datapath.counters().globals();
            List<String> warnings = pressure.observe(
                    System.nanoTime(),
                    census,
                    counters.getOrDefault(Counter.FLOW_UNTRACKED, 0L),
                    counters.getOrDefault(Counter.FLOW_EVICTED_IDLE, 0L));
            status = new FlowStatus(census, warnings);
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.error("Cannot sweep the connection table", e);
        }
    }
}
