// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.FlowPlace;
import dev.thresher.bpf.layout.ProgramSettings.Ticks;
import dev.thresher.daemon.state.FlowCensus;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The table in plain memory, with the test in the place of the program. */
final class FlowTableTest {
    private static final int SIZE = 1 << 12;
    private static final Ticks TICKS = new Ticks(10, 60, 900, 30);
    private static final long NOW = 100_000;

    private final ByteBuffer memory =
            ByteBuffer.allocateDirect(SIZE * Long.BYTES).order(ByteOrder.nativeOrder());
    private final List<String> released = new ArrayList<>();
    private final FlowTable table = new FlowTable(memory, () -> released.add("released"));

    @Test
    void visit_showsWhatIsNotEmptyWithinTheRange() {
        put(9, entry(1, 0, true, false));
        put(10, entry(2, 0, true, false));
        put(20, entry(3, 0, true, false));
        put(30, entry(4, 0, true, false));
        List<Integer> seen = new ArrayList<>();
        table.visit(10, 30, (place, entry) -> seen.add(place));

        assertEquals(List.of(10, 20), seen);
    }

    @Test
    void find_looksInTheHomeBucketThenInItsNeighbour() {
        long hash = 0x123456789abcdef1L;
        FlowPlace home = FlowPlace.of(hash, SIZE / FlowEntry.PER_PAIR);
        long inTheNeighbour = new FlowEntry(FlowEntry.tagOf(hash), 7, 0, true, false).encode();
        put(home.entry(0), entry(1, 0, true, false));
        put(home.entry(11), inTheNeighbour);

        assertEquals(
                new FlowTable.Placed(home.entry(11), FlowEntry.decode(inTheNeighbour)),
                table.find(hash).orElseThrow());

        long inTheHome = new FlowEntry(FlowEntry.tagOf(hash), 8, 0, true, false).encode();
        put(home.entry(3), inTheHome);
        assertEquals(8, table.find(hash).orElseThrow().entry().member());
    }

    @Test
    void find_takesAnEmptyPlaceForTagZeroAsTheProgramDoes() {
        long hash = 0x2a;
        FlowPlace home = FlowPlace.of(hash, SIZE / FlowEntry.PER_PAIR);
        assertEquals(0, FlowEntry.tagOf(hash));
        put(home.entry(1), new FlowEntry(0, 7, 0, true, false).encode());

        assertTrue(table.find(hash).isEmpty(), "the program stops at the first place");

        put(home.entry(0), new FlowEntry(0, 8, 0, true, false).encode());
        assertEquals(8, table.find(hash).orElseThrow().entry().member());
    }

    @Test
    void find_ofAnotherTag_isEmpty() {
        assertTrue(table.find(0x123456789abcdef1L).isEmpty());
    }

    @Test
    void purge_removesTheEntriesOfThoseMembersOnly() {
        for (int place = 0; place < SIZE; place++) {
            put(place, entry(1 + place % 4, 0, true, false));
        }
        BitSet gone = new BitSet();
        gone.set(2);
        gone.set(4);

        assertEquals(SIZE / 2, table.purge(gone));
        assertEquals(
                List.of(1, 3),
                entries().stream().map(FlowEntry::memberOf).distinct().sorted().toList());
        assertEquals(SIZE / 2, entries().size());
        assertEquals(0, table.purge(gone));
    }

    @Test
    void replace_ofAnEntryThatChangedMeanwhile_leavesTheNewOne() {
        long seen = entry(1, 950, true, false);
        long refreshed = entry(1, 0, true, false);
        put(5, refreshed);

        assertFalse(table.replace(5, seen, 0));
        assertEquals(refreshed, get(5));
        assertTrue(table.replace(5, refreshed, 0));
        assertEquals(0, get(5));
    }

    @Test
    void sweep_whileTheProgramRefreshesEveryFlow_losesNone() {
        for (int round = 0; round < 20; round++) {
            for (int place = 0; place < SIZE; place++) {
                put(place, entry(1, 901, true, false));
            }
            CompletableFuture<Void> program = CompletableFuture.runAsync(() -> {
                for (int place = SIZE - 1; place >= 0; place--) {
                    memory.putLong(place * Long.BYTES, entry(1, 0, true, false));
                }
            });
            while (!program.isDone()) {
                table.sweep(0, SIZE, NOW, TICKS);
            }
            program.join();

            assertEquals(SIZE, entries().size(), "round " + round);
        }
    }

    @Test
    void sweep_removesWhatExpiredByItsClassAndCountsTheRest() {
        put(0, entry(1, 900, true, false));
        put(1, entry(1, 901, true, false));
        put(2, entry(1, 901, false, false));
        put(3, entry(1, 30, true, true));
        put(4, entry(1, 31, true, true));
        put(5, entry(1, 0, false, false));

        assertEquals(new FlowCensus(SIZE, 2, 1, 3), table.sweep(0, SIZE, NOW, TICKS));
        assertEquals(0, get(1));
        assertEquals(0, get(2));
        assertEquals(0, get(4));
        assertEquals(new FlowCensus(SIZE, 2, 1, 0), table.sweep(0, SIZE, NOW, TICKS));
    }

    @Test
    void sweep_isRightWhereverTheClockOfTwelveBitsStands() {
        for (long now = 0; now < 2 * FlowEntry.SEEN_MODULUS; now += 7) {
            for (int age : new int[] {0, 1, 899, 900, 901, FlowEntry.LARGEST_TIMEOUT}) {
                put(0, new FlowEntry(1, 1, (int) (now - age) & (FlowEntry.SEEN_MODULUS - 1), true, false).encode());
                int expired = table.sweep(0, 1, now, TICKS).expired();

                assertEquals(age > 900 ? 1 : 0, expired, "age " + age + " at " + now);
            }
        }
    }

    @Test
    void sweep_keepsAFlowThatWasSeenAfterItsReadingOfTheClock() {
        put(0, entry(1, -1, false, true));
        put(1, entry(1, -3, true, false));

        assertEquals(new FlowCensus(2, 1, 1, 0), table.sweep(0, 2, NOW, TICKS));
    }

    @Test
    void close_releasesTheMemoryOnceAndForbidsToTouchIt() {
        table.close();
        table.close();

        assertEquals(List.of("released"), released);
        assertThrows(IllegalStateException.class, () -> table.visit(0, 1, (place, entry) -> {}));
        assertThrows(IllegalStateException.class, () -> table.find(1));
    }

    @Test
    void close_waitsForWhoeverLooks() {
        put(0, entry(1, 0, true, false));
        List<CompletableFuture<Void>> closing = new ArrayList<>();
        table.visit(0, 1, (place, entry) -> {
            closing.add(CompletableFuture.runAsync(table::close));
            assertEquals(List.of(), released);
        });
        closing.get(0).join();

        assertEquals(List.of("released"), released);
    }

    /** Negative ages are of flows that were seen after NOW. */
    private static long entry(int member, int age, boolean confirmed, boolean shortLived) {
        int seen = (int) (NOW - age) & (FlowEntry.SEEN_MODULUS - 1);
        return new FlowEntry(0x1234567, member, seen, confirmed, shortLived).encode();
    }

    private void put(int place, long entry) {
        memory.putLong(place * Long.BYTES, entry);
    }

    private long get(int place) {
        return memory.getLong(place * Long.BYTES);
    }

    private List<Long> entries() {
        List<Long> entries = new ArrayList<>();
        table.visit(0, SIZE, (place, entry) -> entries.add(entry));
        return entries;
    }
}
