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
    /** Runs between two readings of the clock. */
    static final int BATCH = 256;

    /** The targets that take turns, a batch each. */
    private static final int EMPTY = 0;

    private static final int BARE = 1;
    private static final int SUBJECT = 2;
    private static final int TARGETS = 3;

    private static final String OBJECT = "bench.bpf.o";
    private static final int STAMPS_HELD = 1 << 13;
    /** Each turn's end is the next one's beginning, and the last one needs one too. */
    private static final int MAX_ROUNDS = (STAMPS_HELD - 1) / TARGETS;

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
        this.targets = object.map("targets");
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

    /** Has the wrapper call this program at each turn. */
    void target(BpfProgram program) {
        for (int i = 0; i < TARGETS; i++) {
            targets.updateProgram(i, program);
        }
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

    /**
     * Times a program next to bare encapsulation, less what the wrapper takes: medians over the rounds in which each had
     * its turn, so that an interrupt disturbs one of them and not the result.
     *
     * @param rounds how often each has its turn, {@link #BATCH} runs each time; at most {@link #MAX_ROUNDS} count
     */
    Timing measure(String wrapper, Traffic traffic, BpfProgram subject, int rounds) {
        int kept = Math.min(rounds, MAX_ROUNDS);
        targets.updateProgram(EMPTY, program("empty"));
        targets.updateProgram(BARE, program("bare_ipv4"));
        targets.updateProgram(SUBJECT, subject);
        resetRuns();
        run(wrapper, traffic, kept * TARGETS * BATCH + 1);
        double[] bare = new double[kept];
        double[] subjects = new double[kept];
        for (int i = 0; i < kept; i++) {
            double empty = nanosOf(i * TARGETS + EMPTY);
            bare[i] = nanosOf(i * TARGETS + BARE) - empty;
            subjects[i] = nanosOf(i * TARGETS + SUBJECT) - empty;
        }
        return new Timing(median(subjects), median(bare), kept * BATCH);
    }

    /** Of one run in a batch. */
    private double nanosOf(int batch) {
        int at = STAMPS + batch * Long.BYTES;
        return (double) (bench.getLong(at + Long.BYTES) - bench.getLong(at)) / BATCH;
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    @Override
    public void close() {
        shared.close();
        object.close();
    }

    /**
     * What one measurement says.
     *
     * @param nanos of one packet in the program under test
     * @param bareNanos of one packet in bare IPv4 encapsulation at the same time
     * @param packets how many the program under test had
     */
    record Timing(double nanos, double bareNanos, int packets) {}
}
