// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import dev.thresher.bpf.layout.MarkRoute;
import dev.thresher.bpf.layout.ProbeCounter;
import dev.thresher.bpf.layout.ProbeMark;
import dev.thresher.bpf.layout.ProgramSettings;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;

/**
 * The program that sends probes through the tunnel, and its maps ({@code probe.bpf.c}). Nothing of it is pinned: without
 * the process that probes it has nothing to do. Thread-safe while it is open.
 */
public final class ProbeProgram implements AutoCloseable {
    private static final int FILTER_HANDLE = 0x5450;

    private final BpfObject object;
    private final BpfMap routes;
    private final BpfMap counters;
    private final MappedArray sent;

    private ProbeProgram(BpfObject object) {
        this.object = object;
        this.routes = object.map("probe_routes");
        this.counters = object.map("probe_counters");
        this.sent = object.map("probe_sent").map();
    }

    /**
     * Loads it.
     *
     * @param settings those of the program that wraps clients' packets, for the same outer source addresses
     * @param marks how many there may be, up to {@link ProbeMark#COUNT}; each takes 8 bytes
     */
    public static ProbeProgram open(ProgramSettings settings, int marks) {
        BpfObject object = BpfObject.open("probe.bpf.o");
        try {
            object.setReadOnlyData(settings.encode());
            object.setMaxEntries("probe_sent", marks);
            return new ProbeProgram(object.load());
        } catch (RuntimeException e) {
            object.close();
            throw e;
        }
    }

    /** Has it work on what an interface sends; in the network namespace of the calling thread. */
    public TcEgress attach(int ifindex) {
        return TcEgress.attach(object.program("probe"), ifindex, FILTER_HANDLE);
    }

    /** The same the way that kernels before 6.6 know, for tests. */
    TcEgress attachFilter(int ifindex) {
        return TcFilter.attach(object.program("probe"), ifindex, FILTER_HANDLE);
    }

    /** Says where packets of this mark go, in one step. */
    public void put(int mark, MarkRoute route) {
        routes.update(key(mark), route.encode());
    }

    /** From now on packets of this mark are dropped. */
    public void remove(int mark) {
        routes.delete(key(mark));
    }

    /** How many packets of this mark were wrapped and sent. No system call. */
    public long sent(int mark) {
        return sent.buffer().getLong(ProbeMark.number(mark) * Long.BYTES);
    }

    /** What became of packets of any probe's mark. */
    public Map<ProbeCounter, Long> counters() {
        Map<ProbeCounter, Long> values = new EnumMap<>(ProbeCounter.class);
        for (ProbeCounter counter : ProbeCounter.values()) {
            ByteBuffer perCpu = ByteBuffer.wrap(
                            counters.lookup(key(counter.index())).orElseThrow())
                    .order(ByteOrder.nativeOrder());
            long sum = 0;
            while (perCpu.hasRemaining()) {
                sum += perCpu.getLong();
            }
            values.put(counter, sum);
        }
        return values;
    }

    /** For tests that run packets through it. */
    BpfProgram program() {
        return object.program("probe");
    }

    /** Attachments are their users' to close. */
    @Override
    public void close() {
        sent.close();
        object.close();
    }

    private static byte[] key(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(value)
                .array();
    }
}
