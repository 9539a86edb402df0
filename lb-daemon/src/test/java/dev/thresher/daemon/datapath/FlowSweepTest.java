// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.ProgramSettings.Ticks;
import dev.thresher.daemon.state.FlowCensus;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

final class FlowSweepTest {
    private static final int SIZE = 1 << 12;
    private static final int PART = SIZE / FlowSweep.PARTS;
    private static final Ticks TICKS = new Ticks(10, 60, 900, 30);

    private final ByteBuffer memory = memory(SIZE);
    private final ByteBuffer fragments = memory(FlowEntry.PER_PAIR);
    private final FlowSweep sweep = new FlowSweep(new FlowTable(memory, () -> {}), new FlowTable(fragments, () -> {}));

    private static ByteBuffer memory(int places) {
        return ByteBuffer.allocateDirect(places * Long.BYTES).order(ByteOrder.nativeOrder());
    }

    @Test
    void beforeTheFirstStep_theTableCountsAsEmpty() {
        assertEquals(new FlowCensus(SIZE, 0, 0, 0), sweep.census());
    }

    @Test
    void oneRound_comesByEveryPlaceOnce() {
        fill(SIZE, true);
        int removed = 0;
        for (int step = 0; step < FlowSweep.PARTS; step++) {
            removed += sweep.step(901, TICKS);
        }

        assertEquals(SIZE, removed);
        assertEquals(new FlowCensus(SIZE, 0, 0, 0), sweep.census());
    }

    @Test
    void theFirstStep_speaksForTheWholeTable() {
        fill(SIZE, true);
        sweep.step(0, TICKS);

        assertEquals(new FlowCensus(SIZE, SIZE, 0, 0), sweep.census());
    }

    @Test
    void laterRounds_replaceWhatAPartHadBefore() {
        fill(SIZE, true);
        round(0);
        fill(PART, false);
        assertEquals(new FlowCensus(SIZE, SIZE, 0, 0), sweep.census());
        sweep.step(0, TICKS);

        assertEquals(new FlowCensus(SIZE, SIZE - PART, PART, 0), sweep.census());
    }

    /** 4,096 ticks later it would be followed again. */
    @Test
    void eachStep_removesFragmentsThatAreForgotten() {
        fragments.putLong(0, new FlowEntry(5, 1, 100, true, false).encode());
        fragments.putLong(Long.BYTES, new FlowEntry(6, 1, 101, true, false).encode());
        sweep.step(131, TICKS);

        assertEquals(0, fragments.getLong(0));
        assertEquals(new FlowEntry(6, 1, 101, true, false), FlowEntry.decode(fragments.getLong(Long.BYTES)));
        assertEquals(new FlowCensus(SIZE, 0, 0, 0), sweep.census());
    }

    private void round(long nowTicks) {
        for (int step = 0; step < FlowSweep.PARTS; step++) {
            sweep.step(nowTicks, TICKS);
        }
    }

    private void fill(int places, boolean confirmed) {
        for (int place = 0; place < places; place++) {
            memory.putLong(place * Long.BYTES, new FlowEntry(5, 1, 0, confirmed, false).encode());
        }
    }
}
