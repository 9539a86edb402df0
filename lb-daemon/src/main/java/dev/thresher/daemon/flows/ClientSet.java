// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.flows;

import com.google.common.net.InetAddresses;
import dev.thresher.config.IpPrefix;
import dev.thresher.config.IpText;
import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Clients by address prefix.
 *
 * @param port one port, or null for all of them
 */
public record ClientSet(IpPrefix prefix, @Nullable Integer port) {
    private static final int PORTS = 1 << Character.SIZE;

    /**
     * Reads an address with a port (see {@link Client}), an address, or a prefix such as {@code 198.51.100.0/28}.
     *
     * @throws IllegalArgumentException if the text is anything else
     */
    public static ClientSet parse(String text) {
        if (text.contains("/")) {
            return new ClientSet(IpPrefix.parse(text), null);
        }
        if (InetAddresses.isInetAddress(text)) {
            return new ClientSet(host(IpText.parse(text)), null);
        }
        Client client = Client.parse(text);
        return new ClientSet(host(client.address()), client.port());
    }

    boolean isIpv4() {
        return prefix.isIpv4();
    }

    /** How many clients these are. */
    BigInteger size() {
        return BigInteger.valueOf(port == null ? PORTS : 1).shiftLeft(bits(prefix.address()) - prefix.length());
    }

    /** One of them, by number from 0 to below {@link #size}, which is small enough. */
    Client client(int index) {
        int addressIndex = port == null ? index / PORTS : index;
        return new Client(address(addressIndex), port == null ? index % PORTS : port);
    }

    private InetAddress address(int index) {
        BigInteger first = InetAddresses.toBigInteger(prefix.address());
        BigInteger number = first.add(BigInteger.valueOf(index));
        return isIpv4() ? InetAddresses.fromIPv4BigInteger(number) : InetAddresses.fromIPv6BigInteger(number);
    }

    private static IpPrefix host(InetAddress address) {
        return new IpPrefix(address, bits(address));
    }

    private static int bits(InetAddress address) {
        return address instanceof Inet4Address ? 32 : 128;
    }

    @Override
    public String toString() {
        return port == null ? prefix.toString() : new Client(prefix.address(), port).toString();
    }
}
