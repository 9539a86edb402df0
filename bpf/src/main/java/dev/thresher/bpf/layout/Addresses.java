// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** The program's one address type: 16 bytes, IPv4 as v4-mapped IPv6 (RFC 4291, section 2.5.5.2). */
public final class Addresses {
    /** Bytes of an address. */
    public static final int LENGTH = 16;

    private static final int IPV4_OFFSET = 12;

    private Addresses() {}

    public static byte[] encode(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length == LENGTH) {
            return bytes;
        }
        byte[] mapped = new byte[LENGTH];
        mapped[10] = (byte) 0xff;
        mapped[11] = (byte) 0xff;
        System.arraycopy(bytes, 0, mapped, IPV4_OFFSET, bytes.length);
        return mapped;
    }

    /** The address behind 16 bytes; v4-mapped ones become {@link Inet4Address}. */
    public static InetAddress decode(byte[] bytes) {
        return ofBytes(Arrays.copyOf(bytes, LENGTH));
    }

    /** The address of 4 or 16 bytes. */
    static InetAddress ofBytes(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("no address has " + bytes.length + " bytes", e);
        }
    }

    public static boolean isIpv6(InetAddress address) {
        return !(address instanceof Inet4Address);
    }
}
