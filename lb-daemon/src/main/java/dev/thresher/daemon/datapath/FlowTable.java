// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.FlowPlace;
import dev.thresher.bpf.layout.ProgramSettings.Ticks;
import dev.thresher.daemon.state.FlowCensus;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The connection table, mapped into the daemon: reading and removing entries takes no system call. The program writes
 * at the same time, so an entry is removed only if it is still the one that was looked at.
 *
 * <p>Thread-safe, though two sweeps at once make no sense.
 */
public final class FlowTable implements AutoCloseable {
    private static final VarHandle ENTRY = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final ByteBuffer entries;
    private final Runnable release;
    private final int size;

    /** Held, as a reader, by whoever touches the memory: unmapped memory must not be. */
    private final ReadWriteLock mapped = new ReentrantReadWriteLock();

    private boolean closed;

    /** Pairs of the table that this one was filled from, if that was smaller; else its own. */
    private volatile int grownFrom;

    /** An entry and its place, counted from 0 through the whole table. */
    public record Placed(int place, FlowEntry entry) {}

    /** Is called with entries that are not empty; see {@link FlowEntry}. */
    @FunctionalInterface
    public interface Visitor {
        void visit(int place, long entry);
    }

    /**
     * A table in a direct buffer.
     *
     * @param release gives the memory back when the table is closed
     */
    FlowTable(ByteBuffer entries, Runnable release) {
        this.entries = entries;
        this.release = release;
        this.size = entries.capacity() / Long.BYTES;
        this.grownFrom = size / FlowEntry.PER_PAIR;
    }

    /** Remembers that flows are in several places, for they were taken over from a table of so many pairs. */
    void growFrom(int pairs) {
        grownFrom = Math.min(grownFrom, pairs);
    }

    /** Has flows in several places. */
    boolean hasCopies() {
        return grownFrom < size / FlowEntry.PER_PAIR;
    }

    FlowCopies copies() {
        return new FlowCopies(this, grownFrom);
    }

    /** Entries, used or not. */
    public int size() {
        return size;
    }

    /** The entry that the program finds for a flow with this hash; whether it is that flow's is for its member to say. */
    public Optional<Placed> find(long hash) {
        FlowPlace home = FlowPlace.of(hash, size / FlowEntry.PER_PAIR);
        int tag = FlowEntry.tagOf(hash);
        hold();
        try {
            for (int i = 0; i <= FlowEntry.PER_PAIR; i++) {
                int place = home.searched(i);
                long entry = entry(place);
                if (FlowEntry.tagOf(entry) == tag) {
                    // An empty place looks like tag 0, to the program too.
                    return entry == 0 ? Optional.empty() : Optional.of(new Placed(place, FlowEntry.decode(entry)));
                }
            }
            return Optional.empty();
        } finally {
            mapped.readLock().unlock();
        }
    }

    /** Looks at the places from {@code from} to below {@code to}. Closing the table waits for it: keep it short. */
    public void visit(int from, int to, Visitor visitor) {
        hold();
        try {
            for (int place = from; place < to; place++) {
                long entry = entry(place);
                if (entry != 0) {
                    visitor.visit(place, entry);
                }
            }
        } finally {
            mapped.readLock().unlock();
        }
    }

    /** Removes all entries of some members; answers how many. */
    public int purge(BitSet members) {
        int[] removed = {0};
        visit(0, size, (place, entry) -> {
            if (members.get(FlowEntry.memberOf(entry)) && remove(place, entry)) {
                removed[0]++;
            }
        });
        return removed[0];
    }

    /**
     * Removes expired entries from the places from {@code from} to below {@code to}.
     *
     * @return what is there; the expired ones were
     */
    public FlowCensus sweep(int from, int to, long nowTicks, Ticks ticks) {
        Census census = new Census(nowTicks, ticks);
        visit(from, to, (place, entry) -> {
            if (census.count(entry)) {
                remove(place, entry);
            }
        });
        return census.of(to - from);
    }

    /** Would the program give this entry's place to any new flow? */
    public static boolean isExpired(FlowEntry entry, long nowTicks, Ticks ticks) {
        return entry.age(nowTicks) > (entry.shortLived() ? ticks.shortIdle() : ticks.longIdle());
    }

    /** Waits for those who are looking at the table; who looks later gets an {@link IllegalStateException}. */
    @Override
    public void close() {
        mapped.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                release.run();
            }
        } finally {
            mapped.writeLock().unlock();
        }
    }

    /** Counts entries as they are seen with one reading of the clock. */
    public static final class Census {
        private final long nowTicks;
        private final Ticks ticks;
        private int confirmed;
        private int unconfirmed;
        private int expired;

        public Census(long nowTicks, Ticks ticks) {
            this.nowTicks = nowTicks;
            this.ticks = ticks;
        }

        /** Answers whether the entry is expired. */
        public boolean count(long entry) {
            FlowEntry decoded = FlowEntry.decode(entry);
            if (isExpired(decoded, nowTicks, ticks)) {
                expired++;
                return true;
            }
            if (decoded.confirmed()) {
                confirmed++;
            } else {
                unconfirmed++;
            }
            return false;
        }

        public FlowCensus of(int places) {
            return new FlowCensus(places, confirmed, unconfirmed, expired);
        }
    }

    private void hold() {
        mapped.readLock().lock();
        if (closed) {
            mapped.readLock().unlock();
            throw new IllegalStateException(
                    "the connection table is closed: the daemon stops, or has given it another size; ask again");
        }
    }

    /** The table must be open. */
    long entry(int place) {
        return (long) ENTRY.getOpaque(entries, place * Long.BYTES);
    }

    private boolean remove(int place, long entry) {
        return replace(place, entry, 0);
    }

    /** Unless the program has changed the entry meanwhile; the table must be open. */
    boolean replace(int place, long entry, long next) {
        return ENTRY.compareAndSet(entries, place * Long.BYTES, entry, next);
    }
}
