// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import dev.thresher.bpf.BpfMap;
import dev.thresher.bpf.BpfObject;
import dev.thresher.bpf.BpfProgram;
import dev.thresher.bpf.MappedArray;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** One load of {@code bench.bpf.c}: the wrapper, the floors, and the memory that it shares with us. */
final class Wrapper implements AutoCloseable {
    /** Runs between two readings of the clock; a measurement is the median over them. */
    static final int BATCH = 256;

    private static final String OBJECT = "bench.bpf.o";
    private static final int STAMPS_HELD = 1 << 13;

    // struct bench
    private static final int CLIENT = 128;
    private static final int VIP = 132;
    private static final int FLOW_MASK = 136;
    private static final int VIP_SHIFT = 140;
    private static final int CLEAR_PAIR = 144;
    private static final int IFINDEX = 148;
    private static final int PAIR_MASK = 152;
    private static final int TURN = 160;
    private static final int RUN = 168;
    private static final int STAMPS = 176;

    private final BpfObject object;
    private final BpfMap targets;
    private final MappedArray shared;
    private final ByteBuffer bench;

    private Wrapper(BpfObject object) {
        this.object = object;
        this.targets = object.map("target");
        this.shared = object.map(".bss").map();
        this.bench = shared.buffer();
    }

    /** Loads the object; {@code flows} is the connection table that {@link #clear} works on. */
    static Wrapper load(BpfMap flows) {
        try (InputStream stream = Wrapper.class.getResourceAsStream(OBJECT)) {
            if (stream == null) {
                throw new IllegalStateException("no " + OBJECT + " in the jar");
            }
            BpfObject object = BpfObject.open(OBJECT, stream.readAllBytes());
            object.reuse("flows", flows);
            Wrapper wrapper = new Wrapper(object.load());
            wrapper.bench.putInt(PAIR_MASK, flows.info().maxEntries() - 1);
            return wrapper;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + OBJECT, e);
        }
    }

    BpfProgram program(String name) {
        return object.program(name);
    }

    /** What the wrapper calls from now on. */
    void target(BpfProgram program) {
        targets.updateProgram(0, program);
    }

    /** What packets come from now on, from the first pass over the flows. */
    void traffic(Traffic traffic) {
        bench.put(0, traffic.frame());
        bench.putInt(CLIENT, Traffic.tail(traffic.kind().client()));
        bench.putInt(VIP, Traffic.tail(traffic.kind().destination));
        bench.putInt(FLOW_MASK, traffic.flows() - 1);
        bench.putInt(VIP_SHIFT, traffic.vipBits() == 0 ? Integer.SIZE - 1 : traffic.flowBits() - traffic.vipBits());
        bench.putLong(TURN, 0);
    }

    /** Packets since {@link #traffic}. */
    long turns() {
        return bench.getLong(TURN);
    }

    /** The pair of buckets that {@code wrap_cleared_ipv4} empties. */
    void clear(int pair) {
        bench.putInt(CLEAR_PAIR, pair);
    }

    /** Where {@code generate} sends. */
    void sendTo(int ifindex) {
        bench.putInt(IFINDEX, ifindex);
    }

    /** Packets that {@code sink} got since {@link #resetRuns}. */
    long runs() {
        return bench.getLong(RUN);
    }

    void resetRuns() {
        bench.putLong(RUN, 0);
    }

    /** Runs a wrapper and answers the last verdict. */
    int run(String wrapper, Traffic traffic, int times) {
        return object.program(wrapper).testRun(traffic.frame(), times).verdict();
    }

    /** Nanoseconds of one run: the median over batches, so that an interrupt disturbs one and not the result. */
    double measure(String wrapper, Traffic traffic, int batches) {
        int kept = Math.min(batches, STAMPS_HELD - 1);
        resetRuns();
        run(wrapper, traffic, kept * BATCH + 1);
        double[] nanos = new double[kept];
        for (int i = 0; i < kept; i++) {
            int at = STAMPS + i * Long.BYTES;
            nanos[i] = (double) (bench.getLong(at + Long.BYTES) - bench.getLong(at)) / BATCH;
        }
        Arrays.sort(nanos);
        return nanos[kept / 2];
    }

    @Override
    public void close() {
        shared.close();
        object.close();
    }
}
