// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;

/** Sockets that netty does not open. The numbers are Linux's ABI. */
final class RawSockets {
    static final int ECHO_REPLY = 0;
    static final int ECHO_REQUEST = 8;
    static final int ECHO_REQUEST_V6 = 128;
    static final int ECHO_REPLY_V6 = 129;

    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int SOCK_RAW = 3;
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int IPPROTO_ICMP = 1;
    private static final int IPPROTO_ICMPV6 = 58;
    private static final int SOL_RAW = 255;
    private static final int ICMP_FILTER = 1;
    private static final int ICMPV6_FILTER = 1;
    private static final int ICMPV6_FILTER_WORDS = 8;

    private RawSockets() {}

    /**
     * A socket that hears echo replies and no other ICMP.
     *
     * @throws UnableToProbeException if the kernel refuses it
     */
    static int openIcmp(boolean ipv4) {
        int descriptor = NativeCalls.libc()
                .socket(
                        ipv4 ? AF_INET : AF_INET6,
                        SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC,
                        ipv4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
        if (descriptor < 0) {
            throw refused("socket(SOCK_RAW, ICMP)");
        }
        if (ipv4) {
            hear(descriptor, SOL_RAW, ICMP_FILTER, ECHO_REPLY, 1);
        } else {
            hear(descriptor, IPPROTO_ICMPV6, ICMPV6_FILTER, ECHO_REPLY_V6, ICMPV6_FILTER_WORDS);
        }
        return descriptor;
    }

    /** Both filters are bit sets of the types that are blocked. */
    private static void hear(int descriptor, int level, int option, int type, int words) {
        Pointer filter = NativeCalls.runtime().getMemoryManager().allocateDirect(4L * words);
        for (int word = 0; word < words; word++) {
            filter.putInt(4L * word, word == type / 32 ? ~(1 << type % 32) : -1);
        }
        if (NativeCalls.libc().setsockopt(descriptor, level, option, filter, 4 * words) != 0) {
            UnableToProbeException refused = refused("setsockopt(ICMP_FILTER)");
            NativeCalls.libc().close(descriptor);
            throw refused;
        }
    }

    private static UnableToProbeException refused(String call) {
        Errno errno = Errno.valueOf(NativeCalls.runtime().getLastError());
        String advice = errno == Errno.EPERM ? "; the daemon needs CAP_NET_RAW" : "";
        return new UnableToProbeException(call + ": " + errno + advice, null);
    }
}
