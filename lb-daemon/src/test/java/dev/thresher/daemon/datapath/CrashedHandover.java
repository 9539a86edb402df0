// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfProgram;
import dev.thresher.bpf.InstancePins;
import dev.thresher.config.XdpMode;
import java.io.IOException;

/**
 * A process that puts a program to work and dies on the way: {@code INSTANCE INTERFACE FLOWS CHANGE STEPS}. It ends with 0 if it got
 * through. At the last moment before the change the program that is at work gets packets of a flow.
 */
final class CrashedHandover implements Handover {
    static final int DIED = 42;
    static final int LATE_PLACE = 200;
    static final int LATE_PACKETS = 7;

    /** More members, so that their counters move too. */
    static final int MEMBERS = 5000;

    private final Handover real;
    private final InstancePins pins;
    private int stepsLeft;
    private boolean counts;

    private CrashedHandover(Handover real, InstancePins pins, int steps) {
        this.real = real;
        this.pins = pins;
        this.stepsLeft = steps;
    }

    private void step() {
        if (counts && stepsLeft-- == 0) {
            Runtime.getRuntime().halt(DIED);
        }
    }

    @Override
    public void hold() throws IOException {
        step();
        if (counts) {
            PinnedDatapath.track(pins, LATE_PLACE, LATE_PACKETS);
        }
        step();
        real.hold();
        step();
    }

    @Override
    public void attach(BpfProgram program) throws DatapathException {
        step();
        real.attach(program);
        step();
    }

    @Override
    public void release() {
        step();
        real.release();
        step();
    }

    static Capacity larger(int flows) {
        return new Capacity(20, MEMBERS, 30, 40, flows / dev.thresher.bpf.layout.FlowEntry.PER_PAIR);
    }

    public static void main(String[] args) throws Exception {
        InstancePins pins = new InstancePins(args[0]);
        int flows = Integer.parseInt(args[2]);
        CrashedHandover[] crashing = new CrashedHandover[1];
        try (KernelDatapath datapath =
                KernelDatapath.open(PinnedDatapath.config(args[0], args[1], XdpMode.AUTO, flows), real -> {
                    crashing[0] = new CrashedHandover(real, pins, Integer.parseInt(args[4]));
                    return crashing[0];
                })) {
            switch (args[3]) {
                case "start" -> {
                    crashing[0].counts = true;
                    datapath.activate();
                }
                case "resize" -> {
                    datapath.activate();
                    crashing[0].counts = true;
                    datapath.resize(larger(2 * flows));
                }
                default -> throw new IllegalArgumentException(args[3]);
            }
        }
    }
}
