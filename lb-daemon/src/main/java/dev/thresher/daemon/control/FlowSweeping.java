// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.daemon.datapath.FlowTable;
import dev.thresher.daemon.datapath.KernelDatapath;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sweeps the connection table, a part at each run. */
public final class FlowSweeping implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(FlowSweeping.class);

    private static final int PARTS = 64;

    private final KernelDatapath datapath;

    public FlowSweeping(KernelDatapath datapath) {
        this.datapath = datapath;
    }

    @Override
    public void run() {
        try {
            FlowTable flows = datapath.flows();
            int part = Math.max(1, flows.size() / PARTS);
            int removed =
                    flows.sweep(part, datapath.nowTicks(), datapath.settings().ticks());
            LOG.trace("Swept {} of {} entries: {} expired", part, flows.size(), removed);
        } catch (RuntimeException e) {
            LOG.error("Cannot sweep the connection table", e);
        }
    }
}
