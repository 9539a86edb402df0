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
 */
record ProbeContext(Target target, InetAddress address, int mark) {
    static ProbeContext of(Target target, ProbeRoute.Open route) {
        return new ProbeContext(target, route.address(), route.mark());
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
