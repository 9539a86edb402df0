// SPDX-License-Identifier: Apache-2.0
package dev.thresher.hashing;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** Pools for tests: members {@code 10.0.0.0 + index}, whose id is their index. */
final class Pools {
    private Pools() {}

    static List<WeightedMember> equal(int members) {
        return weighted(members, index -> 1);
    }

    static List<WeightedMember> weighted(int members, IntUnaryOperator weight) {
        List<WeightedMember> pool = new ArrayList<>();
        for (int i = 0; i < members; i++) {
            pool.add(new WeightedMember(i, key(i), weight.applyAsInt(i)));
        }
        return pool;
    }

    static AddressKey key(int index) {
        return new AddressKey(0, 0xffff_0a00_0000L + index);
    }

    static List<WeightedMember> without(List<WeightedMember> pool, int index) {
        List<WeightedMember> rest = new ArrayList<>(pool);
        rest.remove(index);
        return rest;
    }

    static List<WeightedMember> withWeight(List<WeightedMember> pool, int index, int weight) {
        List<WeightedMember> changed = new ArrayList<>(pool);
        WeightedMember old = pool.get(index);
        changed.set(index, new WeightedMember(old.id(), old.key(), weight));
        return changed;
    }

    static int[] slotsOf(int[] table, int members) {
        int[] counts = new int[members];
        for (int id : table) {
            counts[id]++;
        }
        return counts;
    }
}
