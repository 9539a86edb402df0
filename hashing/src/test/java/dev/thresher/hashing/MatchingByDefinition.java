// SPDX-License-Identifier: Apache-2.0
package dev.thresher.hashing;

import com.google.common.hash.Hashing;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The table by the letter of {@link MaglevTable}'s Javadoc: all pairs of member and slot in the order of their time, each
 * taken if both are still free to. Slow, and shares no code with what it checks.
 */
final class MatchingByDefinition {
    private record Pair(float time, WeightedMember member, int slot) {}

    private MatchingByDefinition() {}

    static int[] table(List<WeightedMember> pool, int seed, int size) {
        int factor = pool.stream()
                .mapToInt(WeightedMember::weight)
                .reduce(
                        0,
                        (a, b) ->
                                BigInteger.valueOf(a).gcd(BigInteger.valueOf(b)).intValue());
        List<Pair> pairs = new ArrayList<>();
        for (WeightedMember member : pool) {
            ByteBuffer hash = ByteBuffer.wrap(Hashing.murmur3_128(seed)
                            .hashBytes(member.key().toBytes())
                            .asBytes())
                    .order(ByteOrder.LITTLE_ENDIAN);
            long offset = Long.remainderUnsigned(hash.getLong(), size);
            long skip = Long.remainderUnsigned(hash.getLong(), size - 1) + 1;
            int weight = member.weight() / factor;
            for (int rank = 0; weight > 0 && rank < size; rank++) {
                float unit = (float) -StrictMath.log1p(-(rank + 0.5) / size);
                float time = unit * (1f / weight);
                pairs.add(new Pair(time, member, (int) ((offset + rank * skip) % size)));
            }
        }
        pairs.sort(Comparator.comparing(Pair::time)
                .thenComparing(pair -> pair.member().key()));
        return match(pairs, pool, size);
    }

    private static int[] match(List<Pair> pairs, List<WeightedMember> pool, int size) {
        int[] left = quotas(pool, size);
        int[] table = new int[size];
        Arrays.fill(table, -1);
        for (Pair pair : pairs) {
            int index = pool.indexOf(pair.member());
            if (left[index] > 0 && table[pair.slot()] < 0) {
                left[index]--;
                table[pair.slot()] = pair.member().id();
            }
        }
        return table;
    }

    /** The next slot always goes to whom the floor of the share, then the largest remainder, owes it. */
    private static int[] quotas(List<WeightedMember> pool, int size) {
        long total = pool.stream().mapToLong(WeightedMember::weight).sum();
        int[] quotas = new int[pool.size()];
        List<Integer> byRemainder = new ArrayList<>();
        int left = size;
        for (int i = 0; i < quotas.length; i++) {
            quotas[i] = (int) ((long) size * pool.get(i).weight() / total);
            left -= quotas[i];
            byRemainder.add(i);
        }
        byRemainder.sort(Comparator.<Integer>comparingLong(
                        i -> -((long) size * pool.get(i).weight() % total))
                .thenComparing(i -> pool.get(i).key()));
        for (int i = 0; i < left; i++) {
            quotas[byRemainder.get(i)]++;
        }
        return quotas;
    }
}
