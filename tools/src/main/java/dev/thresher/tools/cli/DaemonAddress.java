// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;

/** Where a daemon serves. Its text is what messages call it. */
sealed interface DaemonAddress permits UnixAddress, TlsAddress {
    /** For a channel to it, on an event loop of NIO. */
    NettyChannelBuilder channel();

    /** Why a call got through to no daemon, and what to do about it. */
    String whyUnavailable(Status status);

    /** What is at the bottom of a failure. */
    static Throwable root(Throwable failure) {
        Throwable cause = failure.getCause();
        return cause == null ? failure : root(cause);
    }
}
