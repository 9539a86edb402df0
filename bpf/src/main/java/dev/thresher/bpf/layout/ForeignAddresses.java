// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collection;

/**
 * {@code struct foreign}: addresses that have no VIP, one bit for all addresses of one hash. An address counts as foreign
 * only if no VIP's address has its hash; so a VIP has to be taken out before it is put into the map of VIPs.
 */
public final class ForeignAddresses {
    private static final int LENGTH = 8192;
    private static final long MULTIPLIER = 0x9e3779b97f4a7c15L;
    private static final int HASH_SHIFT = 48;
    private static final int LARGEST_PREFIX_BITS = 12;

    private final ByteBuffer words = ByteBuffer.allocate(LENGTH).order(ByteOrder.nativeOrder());

    private ForeignAddresses() {}

    /** All addresses. */
    public static ForeignAddresses all() {
        ForeignAddresses all = new ForeignAddresses();
        Arrays.fill(all.words.array(), (byte) -1);
        return all;
    }

    /** All addresses but those of these VIPs. A prefix of many addresses makes none foreign: its bits would all be taken. */
    public static ForeignAddresses without(Collection<VipMatch> vips) {
        ForeignAddresses foreign = all();
        for (VipMatch vip : vips) {
            int hostBits = vip.address().getAddress().length * Byte.SIZE - vip.prefixLength();
            if (hostBits > LARGEST_PREFIX_BITS) {
                return new ForeignAddresses();
            }
            foreign.remove(vip.address(), 1 << hostBits);
        }
        return foreign;
    }

    /** So many addresses, a power of two, from the first one of a prefix on. */
    private void remove(InetAddress first, int count) {
        byte[] address = first.getAddress();
        int last = address.length - Short.BYTES;
        int low = ByteBuffer.wrap(address).getShort(last);
        for (int i = 0; i < count; i++) {
            ByteBuffer.wrap(address).putShort(last, (short) (low | i));
            remove(Addresses.ofBytes(address));
        }
    }

    /** What a map's value says. */
    public static ForeignAddresses decode(byte[] value) {
        ForeignAddresses decoded = new ForeignAddresses();
        decoded.words.put(0, value);
        return decoded;
    }

    /** The value of the map. */
    public byte[] encode() {
        return words.array().clone();
    }

    /** A VIP has the address. */
    public void remove(InetAddress address) {
        int bit = bitOf(address);
        int at = bit / Long.SIZE * Long.BYTES;
        words.putLong(at, words.getLong(at) & ~(1L << bit % Long.SIZE));
    }

    /** May the program leave packets to the address alone? */
    public boolean contains(InetAddress address) {
        int bit = bitOf(address);
        return (words.getLong(bit / Long.SIZE * Long.BYTES) & (1L << bit % Long.SIZE)) != 0;
    }

    private static int bitOf(InetAddress address) {
        ByteBuffer halves = ByteBuffer.wrap(Addresses.encode(address)).order(ByteOrder.nativeOrder());
        long folded = halves.getLong(0) ^ halves.getLong(Long.BYTES);
        return (int) ((folded * MULTIPLIER) >>> HASH_SHIFT);
    }
}
