// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * Which packets a VIP is for: what identifies it in the maps.
 *
 * @param address the network address where {@code prefixLength} leaves bits out
 * @param prefixLength bits of the address that count, 32 or 128 for one address
 * @param port 0 for any port
 * @param protocol IP protocol number
 */
public record VipMatch(InetAddress address, int prefixLength, int port, int protocol) {
    /** Bits of the program's addresses before those of an IPv4 address. */
    private static final int IPV4_MAPPED_BITS = 96;

    /** Of one address. */
    public VipMatch(InetAddress address, int port, int protocol) {
        this(address, bitsOf(address), port, protocol);
    }

    /** Does it stand for more than one address? */
    public boolean isPrefix() {
        return prefixLength < bitsOf(address);
    }

    /** Does it stand for all addresses that the other one stands for, whatever port and protocol are? */
    boolean coversAddressesOf(VipMatch other) {
        byte[] ours = address.getAddress();
        byte[] theirs = other.address.getAddress();
        if (ours.length != theirs.length || prefixLength > other.prefixLength) {
            return false;
        }
        int bytes = prefixLength / Byte.SIZE;
        int rest = prefixLength % Byte.SIZE;
        return Arrays.equals(ours, 0, bytes, theirs, 0, bytes)
                && (rest == 0 || ((ours[bytes] ^ theirs[bytes]) & 0xff00 >> rest & 0xff) == 0);
    }

    /** Bits of the program's 16-byte address that count. */
    int mappedBits() {
        return Addresses.isIpv6(address) ? prefixLength : IPV4_MAPPED_BITS + prefixLength;
    }

    /** The same VIP from an address as the program has it. */
    static VipMatch ofMapped(byte[] address, int mappedBits, int port, int protocol) {
        InetAddress decoded = Addresses.decode(address);
        int bits = Addresses.isIpv6(decoded) ? mappedBits : mappedBits - IPV4_MAPPED_BITS;
        return new VipMatch(decoded, bits, port, protocol);
    }

    private static int bitsOf(InetAddress address) {
        return address.getAddress().length * Byte.SIZE;
    }
}
