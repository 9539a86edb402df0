// SPDX-License-Identifier: Apache-2.0
package dev.thresher.hashing;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import com.google.common.math.IntMath;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/**
 * Builds Maglev lookup tables with exact weights (Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load
 * Balancer", NSDI 2016, section 3.4).
 *
 * <p>As in the paper, every member has a permutation of the slots, {@code (offset + rank * skip) mod size}, from two
 * hashes of its name (here the two halves of murmur3_128 of its key), and prefers slots early in it. What differs is
 * who gives way. In the paper members take turns, so the slots a member gets depend on how many it already has, and a
 * member that leaves shifts everybody's turns. Here a slot's rank alone says when a member asks for it:
 *
 * <pre>time(member, rank) = -ln(1 - (rank + 1/2) / size) / weight</pre>
 *
 * and the table is the one matching in which each member has its quota of slots (the largest-remainder rounding of its
 * share), and no member and slot both have an earlier time with each other than with whom they are matched (equal
 * times: the lower key is earlier). Time is that of weighted rendezvous hashing (Schindelhauer and Schomaker, SPAA 2005,
 * "logarithmic method"): the logarithm makes even the uncapped shares proportional to the weights, so the quotas
 * correct only noise.
 *
 * <p>Measured, slots of others that move when one of 100 equal members leaves: 0.29 % (turns: 0.55 %); of 1000: 0.34 %
 * (turns: 0.58 %). A changed weight and a pool of mixed weights behave alike.
 *
 * <p>A table depends on the set of (key, weight / gcd of all weights), the seed and the size, and on nothing else: not
 * on order, ids or history. Load balancers of a fleet rely on it, so any change to what this class computes is a change of
 * a protocol.
 *
 * <p>Instances are immutable and may be shared between threads.
 */
public final class MaglevTable {
    /** Slots of a table in the data plane. */
    public static final int DEFAULT_SIZE = 65_537;

    /** The largest size; far above what a share needs, and it keeps times distinct in a float. */
    public static final int MAX_SIZE = 1 << 20;

    private static final Comparator<WeightedMember> BY_KEY = (a, b) -> a.key().compareTo(b.key());

    private final int size;
    private final float[] times;

    /** A builder of tables of {@link #DEFAULT_SIZE} slots. */
    public MaglevTable() {
        this(DEFAULT_SIZE);
    }

    /**
     * A builder of tables of {@code size} slots. Making one costs more than a table: keep it.
     *
     * @param size a prime up to {@link #MAX_SIZE}, so that every skip visits every slot; a share of 100 slots
     *     or more is within 1 % of what its weight asks for
     */
    public MaglevTable(int size) {
        if (size < 2 || size > MAX_SIZE || !IntMath.isPrime(size)) {
            throw new IllegalArgumentException(
                    "table size " + size + " is not a prime in 2.." + MAX_SIZE + "; the usual is " + DEFAULT_SIZE);
        }
        this.size = size;
        times = new float[size];
        for (int rank = 0; rank < size; rank++) {
            times[rank] = (float) -StrictMath.log1p(-(rank + 0.5) / size);
        }
    }

    /** Slots of each table. */
    public int size() {
        return size;
    }

    /**
     * The table: which member's id each slot holds.
     *
     * <p>Each member has the floor or the ceiling of {@code size * weight / sum of weights} slots; that can be none, when
     * its share is below one slot.
     *
     * @param members in any order; weight 0 is as good as absent
     * @param seed the same on every load balancer of a fleet
     * @return a new array of {@link #size()} ids, or empty when no member has a weight: there is nothing to choose, and
     *     what happens to such packets is the caller's decision
     * @throws IllegalArgumentException when two members have the same key, whatever their weights, or there are more
     *     members than slots
     */
    public Optional<int[]> build(Collection<WeightedMember> members, int seed) {
        WeightedMember[] sorted = weightedByKey(members);
        if (sorted.length == 0) {
            return Optional.empty();
        }
        if (sorted.length > size) {
            throw new IllegalArgumentException(sorted.length + " members do not fit a table of " + size
                    + " slots; remove members or give some weight 0");
        }
        Matching matching = matching(sorted, seed);
        int[] table =
                SlotProposals.suit(matching) ? new SlotProposals(matching).run() : new MemberProposals(matching).run();
        int[] ids = new int[sorted.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = sorted[i].id();
        }
        for (int slot = 0; slot < size; slot++) {
            table[slot] = ids[table[slot]];
        }
        return Optional.of(table);
    }

    /** What members, in the order of their keys, want. */
    Matching matching(WeightedMember[] sorted, int seed) {
        int[] weights = reducedWeights(sorted);
        int[] offsets = new int[sorted.length];
        int[] skips = new int[sorted.length];
        HashFunction hash = Hashing.murmur3_128(seed);
        for (int i = 0; i < sorted.length; i++) {
            ByteBuffer halves = ByteBuffer.wrap(
                            hash.hashBytes(sorted[i].key().toBytes()).asBytes())
                    .order(ByteOrder.LITTLE_ENDIAN);
            offsets[i] = (int) Long.remainderUnsigned(halves.getLong(), size);
            skips[i] = (int) Long.remainderUnsigned(halves.getLong(), size - 1) + 1;
        }
        return new Matching(size, times, weights, Quotas.of(weights, size), offsets, skips);
    }

    private static WeightedMember[] weightedByKey(Collection<WeightedMember> members) {
        WeightedMember[] sorted = members.toArray(WeightedMember[]::new);
        Arrays.sort(sorted, BY_KEY);
        for (int i = 1; i < sorted.length; i++) {
            if (sorted[i].key().equals(sorted[i - 1].key())) {
                throw new IllegalArgumentException(
                        "member " + sorted[i].key() + " is in the pool twice; a member appears once, with one weight");
            }
        }
        int kept = 0;
        for (WeightedMember member : sorted) {
            if (member.weight() > 0) {
                sorted[kept++] = member;
            }
        }
        return Arrays.copyOf(sorted, kept);
    }

    /** Weights without their common factor: 10 and 20 are 1 and 2. */
    private static int[] reducedWeights(WeightedMember[] members) {
        int factor = 0;
        for (WeightedMember member : members) {
            factor = IntMath.gcd(factor, member.weight());
        }
        int[] weights = new int[members.length];
        for (int i = 0; i < members.length; i++) {
            weights[i] = members[i].weight() / factor;
        }
        return weights;
    }
}
