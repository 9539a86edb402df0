// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

/** What it takes to enter a network namespace. Public because jnr-ffi asks for it. */
public interface NamespaceCalls {
    int geteuid();

    int open(String path, int flags);

    int setns(int fd, int type);

    int close(int fd);
}
