// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import java.net.Inet4Address;
import java.net.InetAddress;

/** Socket address families (AF_*) of the kernel. */
final class AddressFamily {
    static final int INET = 2;
    static final int INET6 = 10;
    static final int NETLINK = 16;

    private AddressFamily() {}

    static int of(InetAddress address) {
        return address instanceof Inet4Address ? INET : INET6;
    }
}
