// SPDX-License-Identifier: Apache-2.0
package dev.thresher.hashing;

/**
 * From a flow to its slot in a Maglev table: the Java twin of {@code slot_hash} and {@code slot_of} in
 * {@code lib/hash.h}. Linux {@code jhash2} of the source address and both ports; the same on every load balancer of a
 * fleet.
 */
public final class SlotHash {
    private SlotHash() {}

    /** The slot of a VIP that goes by the 5-tuple, from 0 to {@link MaglevTable#DEFAULT_SIZE} - 1. */
    public static int slotOf(FlowTuple flow, int maglevSeed) {
        return slotOf(flow, -1, -1, maglevSeed);
    }

    /**
     * The slot of a VIP for which not all of that counts.
     *
     * @param portsMask bits of (source port, destination port) that count, in network order: the source port is the upper
     *     half
     * @param sourceMask bits that count of each word of the source address: all (-1) or none (0)
     */
    public static int slotOf(FlowTuple flow, int portsMask, int sourceMask, int maglevSeed) {
        byte[] source = flow.source().getAddress();
        int[] words = new int[source.length / Integer.BYTES + 1];
        for (int i = 0; i < words.length - 1; i++) {
            words[i] = Jhash.word(source, i * Integer.BYTES) & sourceMask;
        }
        words[words.length - 1] = flow.portsWord() & Integer.reverseBytes(portsMask);
        return Integer.remainderUnsigned(Jhash.jhash2(words, maglevSeed), MaglevTable.DEFAULT_SIZE);
    }
}
