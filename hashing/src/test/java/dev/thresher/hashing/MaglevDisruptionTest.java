// SPDX-License-Identifier: Apache-2.0
package dev.thresher.hashing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A change of one member leaves the flows of the others where they are. Adding is removing read backwards. */
class MaglevDisruptionTest {
    private static final MaglevTable MAGLEV = new MaglevTable();

    /** Of the slots that the others have before or after a change of one member, the part that changes between others. */
    private static double moved(List<WeightedMember> before, List<WeightedMember> after, int changed) {
        int[] old = MAGLEV.build(before, 7).orElseThrow();
        int[] now = MAGLEV.build(after, 7).orElseThrow();
        int others = 0;
        int moves = 0;
        for (int slot = 0; slot < old.length; slot++) {
            if (old[slot] != changed && now[slot] != changed) {
                others++;
                moves += old[slot] == now[slot] ? 0 : 1;
            }
        }
        return (double) moves / others;
    }

    @Test
    void removing_any_of_100_equal_members_moves_at_most_half_a_percent_of_the_others_slots() {
        List<WeightedMember> pool = Pools.equal(100);
        double[] moved = IntStream.range(0, 100)
                .mapToDouble(i -> moved(pool, Pools.without(pool, i), i))
                .toArray();
        assertTrue(IntStream.range(0, 100).allMatch(i -> moved[i] <= 0.005), () -> "worst " + worst(moved));
    }

    private static double worst(double[] moved) {
        return Arrays.stream(moved).max().orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({"2, 0", "10, 0.005", "1000, 0.005", "5000, 0.01"})
    void removing_one_of_equal_members_moves_few_slots_of_others(int members, double bound) {
        List<WeightedMember> pool = Pools.equal(members);
        for (int i = 0; i < members; i += Math.max(1, members / 10)) {
            double moved = moved(pool, Pools.without(pool, i), i);
            assertTrue(moved <= bound, members + " members without " + i + ": " + moved);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 100, 1000})
    void removing_one_of_mixed_weights_moves_few_slots_of_others(int members) {
        Random random = new Random(members);
        List<WeightedMember> pool = Pools.weighted(members, i -> 1 + random.nextInt(100));
        for (int i = 0; i < members; i += members / 10) {
            double moved = moved(pool, Pools.without(pool, i), i);
            assertTrue(moved <= 0.01, pool.get(i) + " of " + members + ": " + moved);
        }
    }

    /** The larger the share that changes hands, the more follows it: 50 of 149 is a third of the table. */
    @ParameterizedTest
    @CsvSource({
        "10, 2, 0.005",
        "10, 0, 0.005",
        "100, 2, 0.005",
        "100, 0, 0.005",
        "100, 50, 0.02",
        "1000, 2, 0.005",
        "1000, 10, 0.02"
    })
    void changed_weight_of_one_moves_few_slots_between_others(int members, int weight, double bound) {
        List<WeightedMember> pool = Pools.equal(members);
        for (int i = 0; i < members; i += members / 5) {
            double moved = moved(pool, Pools.withWeight(pool, i, weight), i);
            assertTrue(moved <= bound, members + " members, weight of " + i + " now " + weight + ": " + moved);
        }
    }

    @Test
    void member_whose_weight_doubles_keeps_nearly_all_its_slots() {
        List<WeightedMember> pool = Pools.equal(100);
        int[] before = MAGLEV.build(pool, 7).orElseThrow();
        int[] after = MAGLEV.build(Pools.withWeight(pool, 5, 2), 7).orElseThrow();
        long lost = IntStream.range(0, before.length)
                .filter(slot -> before[slot] == 5 && after[slot] != 5)
                .count();
        assertTrue(lost <= 6, "of its 655 slots it gave away " + lost);
    }
}
