// SPDX-License-Identifier: Apache-2.0
package dev.thresher.hashing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaglevTableTest {
    private static final MaglevTable MAGLEV = new MaglevTable();
    private static final MaglevTable SMALL = new MaglevTable(251);

    private static int[] build(List<WeightedMember> pool) {
        return MAGLEV.build(pool, 0).orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10, 100, 655})
    void equal_members_have_shares_within_one_percent(int members) {
        double share = (double) MAGLEV.size() / members;
        for (int slots : Pools.slotsOf(build(Pools.equal(members)), members)) {
            assertEquals(share, slots, share / 100);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 10, 100, 1000, 5000})
    void every_share_is_the_floor_or_the_ceiling_of_what_the_weight_asks_for(int members) {
        Random random = new Random(members);
        List<WeightedMember> pool = Pools.weighted(members, index -> 1 + random.nextInt(1000));
        long total = pool.stream().mapToLong(WeightedMember::weight).sum();
        int[] slots = Pools.slotsOf(build(pool), members);
        for (WeightedMember member : pool) {
            double share = (double) MAGLEV.size() * member.weight() / total;
            assertEquals(share, slots[member.id()], 1, () -> member + " of " + members);
        }
    }

    @Test
    void extreme_weights_are_exact() {
        assertArrayEquals(new int[] {65_536, 1}, Pools.slotsOf(build(Pools.weighted(2, i -> i == 0 ? 65_535 : 1)), 2));
    }

    @Test
    void member_of_less_than_half_a_slot_has_none() {
        List<WeightedMember> pool = Pools.weighted(4, i -> i == 0 ? 1 : WeightedMember.MAX_WEIGHT);
        assertEquals(0, Pools.slotsOf(build(pool), 4)[0]);
    }

    @Test
    void as_many_members_as_slots_have_one_each() {
        int[] slots = Pools.slotsOf(SMALL.build(Pools.equal(251), 0).orElseThrow(), 251);
        assertTrue(Arrays.stream(slots).allMatch(count -> count == 1));
    }

    @Test
    void member_of_weight_zero_is_as_good_as_absent() {
        List<WeightedMember> pool = Pools.weighted(10, i -> i == 3 ? 0 : 1 + i);
        assertArrayEquals(build(Pools.without(pool, 3)), build(pool));
    }

    @Test
    void only_the_ratio_of_weights_counts() {
        assertArrayEquals(build(Pools.weighted(20, i -> 1 + i % 3)), build(Pools.weighted(20, i -> 30 + i % 3 * 30)));
    }

    @Test
    void pool_without_weight_has_no_table() {
        assertEquals(Optional.empty(), MAGLEV.build(List.of(), 0).map(table -> table.length));
        assertEquals(
                Optional.empty(), MAGLEV.build(Pools.weighted(3, i -> 0), 0).map(table -> table.length));
    }

    @Property(tries = 100)
    void table_is_the_one_that_the_definition_asks_for(@ForAll("pools") List<WeightedMember> pool, @ForAll int seed) {
        assertArrayEquals(
                MatchingByDefinition.table(pool, seed, SMALL.size()),
                SMALL.build(pool, seed).orElseThrow());
    }

    /** Large enough for many rounds of proposals; the small pools need but one. */
    @ParameterizedTest
    @ValueSource(ints = {1, 10, 1000, WeightedMember.MAX_WEIGHT})
    void larger_table_is_the_one_that_the_definition_asks_for(int heaviest) {
        Random random = new Random(heaviest);
        List<WeightedMember> pool = Pools.weighted(60, i -> 1 + random.nextInt(heaviest));
        MaglevTable maglev = new MaglevTable(8191);
        assertArrayEquals(
                MatchingByDefinition.table(pool, 3, maglev.size()),
                maglev.build(pool, 3).orElseThrow());
    }

    @Property(tries = 100)
    void table_depends_on_the_set_of_members_alone(
            @ForAll("pools") List<WeightedMember> pool, @ForAll int seed, @ForAll Random random) {
        List<WeightedMember> shuffled = new ArrayList<>(pool);
        Collections.shuffle(shuffled, random);
        Map<Integer, Integer> renamed = new HashMap<>();
        shuffled.replaceAll(member -> {
            int id = 1_000_000 - renamed.size();
            renamed.put(member.id(), id);
            return new WeightedMember(id, member.key(), member.weight());
        });
        int[] expected = Arrays.stream(SMALL.build(pool, seed).orElseThrow())
                .map(renamed::get)
                .toArray();
        assertArrayEquals(expected, SMALL.build(shuffled, seed).orElseThrow());
    }

    /** Pools with a few weights, many, equal ones and some that are off; ids are the positions in the pool. */
    @Provide
    Arbitrary<List<WeightedMember>> pools() {
        Arbitrary<AddressKey> keys = Arbitraries.oneOf(
                Arbitraries.integers().between(0, 500).map(Pools::key),
                Arbitraries.longs().map(low -> new AddressKey(0x2001_0db8_0000_0000L, low)),
                Arbitraries.longs().map(high -> new AddressKey(high, 1)));
        Arbitrary<Integer> weights = Arbitraries.integers()
                .between(1, 4)
                .flatMap(kind -> Arbitraries.integers()
                        .between(0, kind == 1 ? 1 : kind == 2 ? 10 : kind == 3 ? 1000 : WeightedMember.MAX_WEIGHT));
        return keys.list()
                .uniqueElements()
                .ofMinSize(1)
                .ofMaxSize(40)
                .flatMap(chosen -> weights.list()
                        .ofSize(chosen.size())
                        .filter(list -> list.stream().anyMatch(weight -> weight > 0))
                        .map(list -> {
                            List<WeightedMember> pool = new ArrayList<>();
                            for (int i = 0; i < chosen.size(); i++) {
                                pool.add(new WeightedMember(i, chosen.get(i), list.get(i)));
                            }
                            return pool;
                        }));
    }

    @Test
    void building_twice_gives_equal_tables_that_share_nothing() {
        List<WeightedMember> pool = Pools.equal(7);
        int[] first = build(pool);
        int[] copy = first.clone();
        Arrays.fill(first, -1);
        assertArrayEquals(copy, build(pool));
    }

    @Test
    void other_seed_gives_another_table() {
        List<WeightedMember> pool = Pools.equal(10);
        assertFalse(Arrays.equals(build(pool), MAGLEV.build(pool, 1).orElseThrow()));
    }

    /**
     * A table small enough to check on paper. Weights 2, 1, 1 make the quotas 5, 3, 3. With seed 0 the slots that the
     * members ask for at ranks 0, 1, 2 … are (modulo 11) 5 + 8 rank, 7 rank and 6 + 3 rank, and member 0 is at the same
     * rank in half the time. So: 0 takes 5, then 1 takes 0, 2 takes 6, 0 takes 2 and 10, 1 takes 7, 2 takes 9, 1 takes
     * 3 (its third), 2 takes 1 (its third), and what is left goes to 0: 4 at rank 4 and 8 at rank 10.
     */
    @Test
    void small_table_is_as_computed_by_hand() {
        List<WeightedMember> pool = Pools.weighted(3, i -> i == 0 ? 2 : 1);
        assertArrayEquals(
                new int[] {1, 2, 0, 1, 0, 0, 2, 1, 0, 2, 0},
                new MaglevTable(11).build(pool, 0).orElseThrow());
    }

    /**
     * Load balancers of a fleet run different versions during an upgrade and must agree on every slot, or flows that move
     * between them break. If this test fails, the change breaks that agreement: do not adjust the checksum without a plan
     * for upgrading a fleet. Any CRC-32 over the ids as 32-bit little-endian words gives it.
     */
    @Test
    void table_is_the_same_in_every_version_of_this_program() {
        List<WeightedMember> pool = Pools.weighted(100, i -> 1 + i % 4);
        Hasher crc = Hashing.crc32().newHasher();
        for (int id : MAGLEV.build(pool, 42).orElseThrow()) {
            crc.putInt(id);
        }
        assertEquals("e61afa30", Integer.toHexString(crc.hash().asInt()));
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, 0, 1, 4, 65_536, MaglevTable.MAX_SIZE + 7})
    void size_that_is_not_a_prime_in_range_is_refused(int size) {
        String message = assertThrows(IllegalArgumentException.class, () -> new MaglevTable(size))
                .getMessage();
        assertEquals("table size " + size + " is not a prime in 2..1048576; the usual is 65537", message);
    }

    @Test
    void smallest_size_works() {
        assertEquals(2, new MaglevTable(2).build(Pools.equal(2), 0).orElseThrow().length);
    }

    @Test
    void address_used_twice_is_refused_by_name_even_when_it_has_no_weight() {
        List<WeightedMember> pool = new ArrayList<>(Pools.equal(5));
        pool.add(new WeightedMember(77, Pools.key(2), 0));
        String message =
                assertThrows(IllegalArgumentException.class, () -> build(pool)).getMessage();
        assertEquals("member 10.0.0.2 is in the pool twice; a member appears once, with one weight", message);
    }

    @Test
    void more_members_than_slots_are_refused() {
        String message = assertThrows(IllegalArgumentException.class, () -> SMALL.build(Pools.equal(252), 0))
                .getMessage();
        assertEquals("252 members do not fit a table of 251 slots; remove members or give some weight 0", message);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, WeightedMember.MAX_WEIGHT + 1})
    void weight_out_of_range_is_refused(int weight) {
        String message = assertThrows(IllegalArgumentException.class, () -> new WeightedMember(1, Pools.key(9), weight))
                .getMessage();
        assertEquals("member 10.0.0.9: weight " + weight + " is outside 0..65535", message);
    }
}
