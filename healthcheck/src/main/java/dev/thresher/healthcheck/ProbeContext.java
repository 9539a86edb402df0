// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * All that a probe needs to know for one run.
 *
 * @param target what is probed
 * @param address where its sockets connect
 * @param mark SO_MARK of each of them, {@link ProbeRoute#NO_MARK} for none
 * @param decides whether a verdict may come of this probe. Then it has a new socket: what is said against a target, or after
 *     that for it, shall not hang on one that has served before
 */
record ProbeContext(Target target, InetAddress address, int mark, boolean decides) {
    static ProbeContext of(Target target, ProbeRoute.Open route, boolean decides) {
        return new ProbeContext(target, route.address(), route.mark(), decides);
    }

    /** Where a probe with ports connects. */
    InetSocketAddress destination() {
        return new InetSocketAddress(address, target.check().kind().port());
    }

    /** For the whole of the probe. */
    Duration timeout() {
        return target.check().timing().timeout();
    }
}
