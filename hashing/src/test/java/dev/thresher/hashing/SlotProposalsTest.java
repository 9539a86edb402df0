// SPDX-License-Identifier: Apache-2.0
package dev.thresher.hashing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever proposes, members or slots, the matching is one. */
class SlotProposalsTest {
    private static Matching matching(MaglevTable maglev, List<WeightedMember> pool, int seed) {
        return maglev.matching(pool.toArray(WeightedMember[]::new), seed);
    }

    private static void assertBothSidesAgree(Matching matching) {
        int[] byMembers = new MemberProposals(matching).run();
        assertArrayEquals(byMembers, new SlotProposals(matching).run());
    }

    /** Down to pools whose members hold a slot each, and to tables smaller than a block of slots. */
    @Property(tries = 300)
    void slots_find_the_matching_that_members_find(
            @ForAll("maglevs") MaglevTable maglev, @ForAll Random random, @ForAll int seed) {
        int members = 1 + random.nextInt(Math.min(maglev.size(), 100));
        assertBothSidesAgree(matching(maglev, randomPool(members, random), seed));
    }

    @Provide
    Arbitrary<MaglevTable> maglevs() {
        return Arbitraries.of(2, 3, 5, 11, 101, 251, 1021, 1031, 2053, 8191).map(MaglevTable::new);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 8, 15, 16, 17, 40, 64, 1000})
    void slots_find_it_at_the_size_of_the_data_plane(int members) {
        MaglevTable maglev = new MaglevTable();
        Random random = new Random(members);
        for (int seed = 0; seed < 5; seed++) {
            assertBothSidesAgree(matching(maglev, randomPool(members, random), seed));
        }
    }

    @Test
    void slots_find_it_at_the_largest_size() {
        assertBothSidesAgree(matching(new MaglevTable(1_048_573), Pools.equal(100), 5));
    }

    @Test
    void slots_propose_in_small_pools_of_equal_members_alone() {
        MaglevTable maglev = new MaglevTable();
        assertTrue(SlotProposals.suit(matching(maglev, Pools.weighted(16, i -> 30), 0)));
        assertFalse(SlotProposals.suit(matching(maglev, Pools.weighted(16, i -> 1 + i % 2), 0)));
        assertFalse(SlotProposals.suit(matching(maglev, Pools.equal(1000), 0)));
    }

    /** Members whose keys have no pattern, in the order that a table knows them by. */
    private static List<WeightedMember> randomPool(int members, Random random) {
        return random.longs()
                .distinct()
                .limit(members)
                .mapToObj(low -> new WeightedMember(0, new AddressKey(0x2001_0db8_0000_0000L, low), 1))
                .sorted((a, b) -> a.key().compareTo(b.key()))
                .toList();
    }
}
