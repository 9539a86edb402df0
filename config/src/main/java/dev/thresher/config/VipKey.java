// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What tells one VIP from another.
 *
 * @param address the address that clients connect to
 * @param port 0 to 65535; 0 stands for every port that no other VIP of this address and protocol names
 * @param protocol the transport protocol
 */
public record VipKey(InetAddress address, int port, Protocol protocol) {
    private static final Pattern TEXT = Pattern.compile("(?:\\[([^\\[\\]]*:[^\\[\\]]*)]|([^:]+)):(\\d{1,5})/(tcp|udp)");

    public VipKey {
        Require.inRange("the port of a VIP", port, 0, 65_535);
    }

    /**
     * Reads {@code 203.0.113.10:80/tcp} or {@code [2001:db8::1]:80/tcp}, what {@link #toString} writes.
     *
     * @throws IllegalArgumentException if the text is anything else
     */
    public static VipKey parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        Require.that(
                matcher.matches(),
                "\"" + text + "\" is not a VIP such as \"203.0.113.10:80/tcp\" or \"[2001:db8::1]:80/tcp\"");
        String address = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
        return new VipKey(
                IpText.parse(address),
                Integer.parseInt(matcher.group(3)),
                Protocol.valueOf(matcher.group(4).toUpperCase(Locale.ROOT)));
    }

    /** {@code 203.0.113.10:80/tcp} or {@code [2001:db8::1]:80/tcp}. */
    @Override
    public String toString() {
        String host = IpText.format(address);
        return (address instanceof Inet6Address ? "[" + host + "]" : host) + ":" + port + "/" + protocol;
    }
}
