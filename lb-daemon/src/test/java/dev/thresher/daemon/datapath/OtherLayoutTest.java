// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.BpfMap;
import dev.thresher.bpf.BpfObject;
import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.ProgramSettings;
import dev.thresher.daemon.state.Traffic;
import java.io.IOException;
import java.io.InputStream;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Maps of another version whose counters and settings have another shape: what both know goes on. */
@Timeout(60)
class OtherLayoutTest extends PinnedDatapath {
    private static final int FIRST_REASON = Counter.dropReasons().get(0).index();
    private static final int REASONS = Counter.dropReasons().size();

    /** By index in the map that has one reason more. */
    private static long wider(int index) {
        return 1000L + index;
    }

    @Test
    void restart_afterAVersionThatCountsMore_keepsWhatBothCount() throws DatapathException, IOException {
        startAndStop(config());
        track(99);
        attachWiderCounters();
        attachVersion(ProgramSettings.ABI_VERSION + 1, ProgramSettings.LENGTH + 8);
        try (KernelDatapath datapath = KernelDatapath.open(config())) {
            assertFalse(datapath.startsOver());
            datapath.activate();
            assertEquals(
                    new Traffic(5, 500, 1),
                    datapath.counters().members(MEMBER + 1).get(MEMBER));
            assertEquals(reasons(), datapath.counters().vipDrops(1).get(0));
            Map<Counter, Long> counted = new EnumMap<>(datapath.counters().globals());
            Map<Counter, Long> carried = globals();
            // The interface's own packets pass meanwhile.
            assertTrue(counted.remove(Counter.PASS) >= carried.remove(Counter.PASS));
            assertEquals(carried, counted);
        }
        assertEquals(MEMBER, FlowEntry.memberOf(trackedAt(99)));
    }

    @Test
    void restart_afterAVersionWithFewerSettings_goesOn() throws DatapathException, IOException {
        startAndStop(config());
        track(99);
        attachVersion(ProgramSettings.ABI_VERSION + 1, ProgramSettings.LENGTH - 8);
        try (KernelDatapath datapath = KernelDatapath.open(config())) {
            assertFalse(datapath.startsOver());
            datapath.activate();
        }
        assertEquals(MEMBER, FlowEntry.memberOf(trackedAt(99)));
    }

    private void attachWiderCounters() throws IOException {
        try (InputStream image = OtherLayoutTest.class.getResourceAsStream("/wider.bpf.o");
                BpfObject object = BpfObject.open("wider.bpf.o", image.readAllBytes())) {
            for (LbMap map : new LbMap[] {LbMap.MEMBER_STATS, LbMap.VIP_STATS}) {
                try (BpfMap ours = map(map)) {
                    object.setMaxEntries(map.mapName(), ours.info().maxEntries());
                }
            }
            object.load();
            BpfMap members = object.map(LbMap.MEMBER_STATS.mapName());
            members.update(index(MEMBER), first(members, 5, 500, 1, 77));
            BpfMap vips = object.map(LbMap.VIP_STATS.mapName());
            vips.update(
                    index(0),
                    first(
                            vips,
                            IntStream.rangeClosed(0, REASONS)
                                    .mapToLong(OtherLayoutTest::wider)
                                    .toArray()));
            BpfMap counters = object.map(LbMap.COUNTERS.mapName());
            for (int i = 0; i < counters.info().maxEntries(); i++) {
                counters.update(index(i), first(counters, wider(i)));
            }
            attachHolder(Map.of(LbMap.MEMBER_STATS, members, LbMap.VIP_STATS, vips, LbMap.COUNTERS, counters));
        }
    }

    private static Map<Counter, Long> reasons() {
        Map<Counter, Long> reasons = new EnumMap<>(Counter.class);
        for (int i = 0; i < REASONS; i++) {
            reasons.put(Counter.dropReasons().get(i), wider(i));
        }
        return reasons;
    }

    /** Those behind the reasons stood one place later. */
    private static Map<Counter, Long> globals() {
        Map<Counter, Long> globals = new EnumMap<>(Counter.class);
        for (Counter counter : Counter.values()) {
            int moved = counter.index() < FIRST_REASON + REASONS ? counter.index() : counter.index() + 1;
            globals.put(counter, wider(moved));
        }
        return globals;
    }
}
