// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.realserver;

import dev.thresher.bpf.Decapsulation;
import dev.thresher.config.IpPrefix;
import dev.thresher.config.IpText;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Address prefixes, as an operator types them and as {@code ip} shows them. */
public final class Prefixes {
    private Prefixes() {}

    /**
     * Reads an address or a prefix.
     *
     * @throws IllegalArgumentException if it is neither
     */
    public static IpPrefix parse(String text) {
        if (text.indexOf('/') >= 0) {
            return IpPrefix.parse(text);
        }
        return of(IpText.parse(text));
    }

    /** The one address. */
    static IpPrefix of(InetAddress address) {
        return new IpPrefix(address, address.getAddress().length * Byte.SIZE);
    }

    /** The prefix of that length that has the address. */
    static IpPrefix around(InetAddress address, int length) {
        byte[] bytes = address.getAddress();
        for (int bit = length; bit < bytes.length * Byte.SIZE; bit++) {
            bytes[bit / Byte.SIZE] &= (byte) ~(0x80 >> bit % Byte.SIZE);
        }
        try {
            return new IpPrefix(InetAddress.getByAddress(bytes), length);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has the length of an address", e);
        }
    }

    /** The same for the program. */
    public static Decapsulation.Prefix forProgram(IpPrefix prefix) {
        return new Decapsulation.Prefix(prefix.address(), prefix.length());
    }

    static IpPrefix ofProgram(Decapsulation.Prefix prefix) {
        return new IpPrefix(prefix.address(), prefix.length());
    }

    /** Does the first have all of the second? */
    static boolean covers(IpPrefix whole, IpPrefix part) {
        return whole.length() <= part.length() && whole.contains(part.address());
    }
}
