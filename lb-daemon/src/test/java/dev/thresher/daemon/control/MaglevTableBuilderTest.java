// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.thresher.bpf.layout.MapNames;
import dev.thresher.config.IpText;
import dev.thresher.daemon.reconcile.TableBuilder.Entry;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MaglevTableBuilderTest {
    private static final int SEED = 7;

    private final MaglevTableBuilder builder = new MaglevTableBuilder(SEED);

    private static Entry entry(int id, String real, int weight) {
        return new Entry(id, IpText.parse(real), weight);
    }

    private static int count(int id, int[] slots) {
        return Math.toIntExact(Arrays.stream(slots).filter(each -> each == id).count());
    }

    @Test
    void build_namesIds_asOftenAsTheWeightsSay() {
        int[] slots = builder.build(List.of(entry(5, "10.0.0.2", 1), entry(9, "fd00::3", 3)));
        assertEquals(MapNames.TABLE_SLOTS, slots.length);
        assertEquals(MapNames.TABLE_SLOTS / 4.0, count(5, slots), 1);
        assertEquals(MapNames.TABLE_SLOTS * 3 / 4.0, count(9, slots), 1);
    }

    @Test
    void build_ofAPoolThatWasBuilt_isTheSameWithOtherIds() {
        int[] first = builder.build(List.of(entry(5, "10.0.0.2", 1), entry(9, "10.0.0.3", 2)));
        int[] second = builder.build(List.of(entry(50, "10.0.0.2", 1), entry(90, "10.0.0.3", 2)));
        assertArrayEquals(Arrays.stream(first).map(id -> id * 10).toArray(), second);
        assertArrayEquals(
                second,
                new MaglevTableBuilder(SEED).build(List.of(entry(90, "10.0.0.3", 2), entry(50, "10.0.0.2", 1))));
    }

    @Test
    void build_afterManyOtherPools_isStillTheSame() {
        List<Entry> entries = List.of(entry(1, "10.0.0.2", 1), entry(2, "10.0.0.3", 2));
        int[] first = builder.build(entries);
        for (int weight = 3; weight < 20; weight++) {
            builder.build(List.of(entry(1, "10.0.0.2", 1), entry(2, "10.0.0.3", weight)));
        }
        assertArrayEquals(first, builder.build(entries));
    }

    @Test
    void build_ofNobody_isRefused() {
        assertThrows(IllegalArgumentException.class, () -> builder.build(List.of()));
    }
}
