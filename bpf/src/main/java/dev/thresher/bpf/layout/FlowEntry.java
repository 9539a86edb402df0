// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

/**
 * One entry of the connection table, or of the table of fragments, a u64; see {@code lib/abi.h}. 0 is an empty place.
 *
 * @param tag the upper 30 bits of the flow's hash
 * @param member id of the member that has the flow
 * @param seen tick of the last packet, modulo 4096
 * @param confirmed a packet followed the first one
 * @param shortLived UDP, or TCP after a FIN or RST
 */
public record FlowEntry(int tag, int member, int seen, boolean confirmed, boolean shortLived) {
    /** Entries of a map value, which is a bucket and its neighbour. */
    public static final int PER_PAIR = 16;

    /** Ticks count modulo this. */
    public static final int SEEN_MODULUS = 1 << 12;

    /**
     * Longest timeout in ticks. Between it and the modulus lies the time that a sweep needs to come round, and the time
     * that a reading of the clock may be old.
     */
    public static final int LARGEST_TIMEOUT = SEEN_MODULUS - 256;

    /** Ticks that the place of a first fragment is remembered. */
    public static final int FRAGMENT_TICKS = 30;

    private static final int OLDEST_READING = 64;
    private static final int SHORT_LIVED = 1;
    private static final int CONFIRMED = 1 << 1;
    private static final int SEEN_SHIFT = 2;
    private static final int MEMBER_SHIFT = 14;
    private static final int TAG_SHIFT = 34;
    private static final int MEMBER_MASK = (1 << 20) - 1;

    /** Ids above this do not fit an entry. */
    public static final int LARGEST_MEMBER = MEMBER_MASK;

    public static FlowEntry decode(long entry) {
        return new FlowEntry(
                tagOf(entry),
                memberOf(entry),
                (int) (entry >>> SEEN_SHIFT) & (SEEN_MODULUS - 1),
                (entry & CONFIRMED) != 0,
                (entry & SHORT_LIVED) != 0);
    }

    /** The tag of the flow with that hash. */
    public static int tagOf(long hash) {
        return (int) (hash >>> TAG_SHIFT);
    }

    public static int memberOf(long entry) {
        return (int) (entry >>> MEMBER_SHIFT) & MEMBER_MASK;
    }

    public long encode() {
        return (long) tag << TAG_SHIFT
                | (long) member << MEMBER_SHIFT
                | (long) seen << SEEN_SHIFT
                | (confirmed ? CONFIRMED : 0)
                | (shortLived ? SHORT_LIVED : 0);
    }

    /**
     * Ticks since the last packet, modulo {@link #SEEN_MODULUS}. 0 if that was after {@code nowTicks}: packets do not wait
     * for somebody who walks through the table with one reading of the clock.
     */
    public int age(long nowTicks) {
        int age = (int) (nowTicks - seen) & (SEEN_MODULUS - 1);
        return age >= SEEN_MODULUS - OLDEST_READING ? 0 : age;
    }
}
