// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import io.grpc.Attributes;

/**
 * The process at the other end of a Unix socket when it connected, as the kernel knows it (SO_PEERCRED).
 *
 * @param uid the effective user, who may be another than the one whose process holds the connection now
 * @param pid in this daemon's PID namespace; 0 if it is not there
 */
record UnixPeer(int uid, int pid) {
    /** Among a connection's attributes. */
    static final Attributes.Key<UnixPeer> KEY = Attributes.Key.create("thresher-unix-peer");
}
