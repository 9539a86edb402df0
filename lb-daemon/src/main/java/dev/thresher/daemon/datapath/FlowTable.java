// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.MappedArray;
import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.ProgramSettings.Ticks;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.function.LongPredicate;

/**
 * The connection table, mapped into the daemon: reading and removing entries takes no system call. The program writes
 * at the same time, so an entry is removed only if it is still the one that was looked at.
 */
public final class FlowTable implements AutoCloseable {
    private static final VarHandle ENTRY = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final MappedArray memory;
    private final ByteBuffer entries;
    private final int size;

    /** Where the last sweep stopped. */
    private int swept;

    FlowTable(MappedArray memory) {
        this.memory = memory;
        this.entries = memory.buffer();
        this.size = entries.capacity() / Long.BYTES;
    }

    /** Entries, used or not. */
    public int size() {
        return size;
    }

    /** The entry at a place, 0 when there is none. */
    public long entry(int place) {
        return (long) ENTRY.getOpaque(entries, place * Long.BYTES);
    }

    /** Removes all entries of some members. */
    public int purge(BitSet members) {
        return remove(0, size, entry -> members.get(FlowEntry.memberOf(entry)));
    }

    /**
     * Removes expired entries among the next {@code places}, going round the table.
     *
     * @return how many
     */
    public int sweep(int places, long nowTicks, Ticks ticks) {
        int end = Math.min(size, swept + places);
        int removed = remove(swept, end, entry -> isExpired(FlowEntry.decode(entry), nowTicks, ticks));
        swept = end == size ? 0 : end;
        return removed;
    }

    /** Would the program give this entry's place to any new flow? */
    public static boolean isExpired(FlowEntry entry, long nowTicks, Ticks ticks) {
        return entry.age(nowTicks) > (entry.shortLived() ? ticks.shortIdle() : ticks.longIdle());
    }

    @Override
    public void close() {
        memory.close();
    }

    private int remove(int from, int to, LongPredicate condition) {
        int removed = 0;
        for (int place = from; place < to; place++) {
            long entry = entry(place);
            if (entry != 0 && condition.test(entry) && ENTRY.compareAndSet(entries, place * Long.BYTES, entry, 0L)) {
                removed++;
            }
        }
        return removed;
    }
}
