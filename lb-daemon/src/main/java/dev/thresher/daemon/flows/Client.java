// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.flows;

import dev.thresher.config.IpText;
import java.net.Inet6Address;
import java.net.InetAddress;

/** Where a flow comes from. */
public record Client(InetAddress address, int port) {
    private static final int LARGEST_PORT = 65_535;

    /**
     * Reads {@code 198.51.100.7:40000} or {@code [2001:db8::7]:40000}, what {@link #toString} writes.
     *
     * @throws IllegalArgumentException if the text is anything else
     */
    public static Client parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        String port = text.substring(colon + 1);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (host.isEmpty() || bracketed != host.contains(":") || !port.matches("\\d{1,5}")) {
            throw notAClient(text);
        }
        int number = Integer.parseInt(port);
        if (number > LARGEST_PORT) {
            throw notAClient(text);
        }
        return new Client(IpText.parse(bracketed ? host.substring(1, host.length() - 1) : host), number);
    }

    private static IllegalArgumentException notAClient(String text) {
        return new IllegalArgumentException("\"" + text
                + "\" is not an address with a port such as \"198.51.100.7:40000\" or \"[2001:db8::7]:40000\"");
    }

    @Override
    public String toString() {
        String host = IpText.format(address);
        return (address instanceof Inet6Address ? "[" + host + "]" : host) + ":" + port;
    }
}
