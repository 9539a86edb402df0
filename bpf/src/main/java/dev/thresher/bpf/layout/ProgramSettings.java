// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * {@code struct settings}: the constants of a loaded program.
 *
 * @param hashKey secret of the connection table's hash
 * @param source outer source addresses
 * @param flowPairs map values of the connection table, a power of two; each holds 16 flows
 * @param ticks the table's clock and ages
 * @param maglevSeed the same on every load balancer of a fleet
 * @param gueChecksum whether the outer UDP header of GUE over IPv6 has a checksum; else it is zero (RFC 6935)
 */
public record ProgramSettings(
        HashKey hashKey, OuterSource source, int flowPairs, Ticks ticks, int maglevSeed, boolean gueChecksum) {
    /** Bytes of {@code .rodata}. */
    public static final int LENGTH = 96;

    /** {@code ABI_VERSION}: maps that a program of another version made cannot be used, but perhaps be read. */
    public static final int ABI_VERSION = 100;

    private static final int VERSIONS_A_FAMILY = 100;

    private static final int GUE_CHECKSUM = 1;

    public ProgramSettings {
        if (Integer.bitCount(flowPairs) != 1) {
            throw new IllegalArgumentException("not a power of two: " + flowPairs + " bucket pairs");
        }
    }

    /** With a checksum over IPv6. */
    public ProgramSettings(HashKey hashKey, OuterSource source, int flowPairs, Ticks ticks, int maglevSeed) {
        this(hashKey, source, flowPairs, ticks, maglevSeed, true);
    }

    /** Two seeds and two multipliers, all secret; the multipliers are odd. */
    public record HashKey(long seed0, long seed1, long multiplier0, long multiplier1) {
        public HashKey {
            if ((multiplier0 & multiplier1 & 1) == 0) {
                throw new IllegalArgumentException("multipliers must be odd");
            }
        }
    }

    /**
     * Prefixes of the outer source, whose other bits carry the flow's entropy, as numbers in network order.
     *
     * @param ipv6Entropy mask within the low half
     */
    public record OuterSource(int ipv4, int ipv4Entropy, long ipv6High, long ipv6Low, long ipv6Entropy) {}

    /**
     * The connection table's clock, and the ages of its entries in ticks.
     *
     * @param shift a tick is 2^shift jiffies, about a second
     * @param reclaim ticks after which an entry is idle
     * @param longIdle ticks after which a TCP flow expires
     * @param shortIdle ticks after which a UDP flow, or a TCP flow that ended, expires
     */
    public record Ticks(int shift, int reclaim, int longIdle, int shortIdle) {}

    public byte[] encode() {
        ByteBuffer buffer = ByteBuffer.allocate(LENGTH).order(ByteOrder.nativeOrder());
        buffer.putInt(ABI_VERSION).putInt(maglevSeed);
        buffer.putLong(hashKey.seed0).putLong(hashKey.seed1);
        buffer.putLong(hashKey.multiplier0).putLong(hashKey.multiplier1);
        buffer.order(ByteOrder.BIG_ENDIAN);
        buffer.putLong(source.ipv6High).putLong(source.ipv6Low).putLong(source.ipv6Entropy);
        buffer.putInt(source.ipv4).putInt(source.ipv4Entropy);
        buffer.order(ByteOrder.nativeOrder());
        buffer.putInt(flowPairs - 1).putInt(ticks.shift).putInt(ticks.reclaim);
        buffer.putInt(ticks.longIdle).putInt(ticks.shortIdle).putInt(gueChecksum ? GUE_CHECKSUM : 0);
        return buffer.array();
    }

    /** These settings for a connection table of another size. */
    public ProgramSettings withFlowPairs(int pairs) {
        return new ProgramSettings(hashKey, source, pairs, ticks, maglevSeed, gueChecksum);
    }

    /** Can what a program of that version left be read, if not used? */
    public static boolean isReadable(int version) {
        return version / VERSIONS_A_FAMILY == ABI_VERSION / VERSIONS_A_FAMILY;
    }

    /** The version of the program that a map of settings belongs to. */
    public static int versionOf(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getInt();
    }

    /** The settings behind a map's value of {@link #ABI_VERSION}. */
    public static ProgramSettings decode(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        buffer.getInt();
        int maglevSeed = buffer.getInt();
        HashKey hashKey = new HashKey(buffer.getLong(), buffer.getLong(), buffer.getLong(), buffer.getLong());
        buffer.order(ByteOrder.BIG_ENDIAN);
        long ipv6High = buffer.getLong();
        long ipv6Low = buffer.getLong();
        long ipv6Entropy = buffer.getLong();
        OuterSource source = new OuterSource(buffer.getInt(), buffer.getInt(), ipv6High, ipv6Low, ipv6Entropy);
        buffer.order(ByteOrder.nativeOrder());
        int pairs = buffer.getInt() + 1;
        Ticks ticks = new Ticks(buffer.getInt(), buffer.getInt(), buffer.getInt(), buffer.getInt());
        boolean gueChecksum = (buffer.getInt() & GUE_CHECKSUM) != 0;
        return new ProgramSettings(hashKey, source, pairs, ticks, maglevSeed, gueChecksum);
    }
}
