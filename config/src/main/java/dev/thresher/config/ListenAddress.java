// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import com.google.common.net.HostAndPort;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Where a server listens.
 *
 * @param address one of the host's; the unspecified one stands for all, {@code ::} for those of both families
 * @param port 0 to 65535; 0: any that is free
 */
public record ListenAddress(InetAddress address, int port) {
    public ListenAddress {
        Require.that(port >= 0 && port <= 65_535, "a port is 0 to 65535, not " + port);
    }

    /**
     * Reads {@code 127.0.0.1:9600} or {@code [::1]:9600}.
     *
     * @throws IllegalArgumentException for anything else, host names among it
     */
    public static ListenAddress parse(String text) {
        HostAndPort parts;
        try {
            parts = HostAndPort.fromString(text).requireBracketsForIPv6();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not an address and port such as 127.0.0.1:9600 or [::]:9600", e);
        }
        Require.that(parts.hasPort() && parts.getPort() > 0, "\"" + text + "\" has no port: write ADDRESS:PORT");
        return new ListenAddress(IpText.parse(parts.getHost()), parts.getPort());
    }

    /** For the JDK. */
    public InetSocketAddress toSocketAddress() {
        return new InetSocketAddress(address, port);
    }

    /** {@code [::1]:9600}. */
    @Override
    public String toString() {
        String text = IpText.format(address);
        return (address instanceof Inet6Address ? "[" + text + "]" : text) + ":" + port;
    }
}
