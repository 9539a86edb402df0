// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import java.io.IOException;
import jnr.constants.platform.Errno;

/** The kernel refused a netlink request, or the socket failed. The message names the request, its object and errno. */
final class NetlinkException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Errno errno;

    NetlinkException(String operation, int errno) {
        this(operation, Errno.valueOf(errno));
    }

    private NetlinkException(String operation, Errno errno) {
        super(operation + ": " + errno.name() + " (" + errno.description() + ")"
                + (errno == Errno.EPERM ? "; run as root, or with CAP_NET_ADMIN" : ""));
        this.errno = errno;
    }

    Errno errno() {
        return errno;
    }
}
