// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.net.InetAddress;
import java.util.function.BooleanSupplier;

/** The way of one probe. */
public sealed interface ProbeRoute {
    /** Packets without a mark go where the kernel's routes lead. */
    int NO_MARK = 0;

    /**
     * A way that is usable now.
     *
     * @param address where the probe's sockets connect
     * @param mark SO_MARK of each of them, set before the first packet; {@link #NO_MARK} for none
     * @param wasTaken asked when the probe has ended: whether its packets went this way. What a probe found that took
     *     another one says nothing about the target
     */
    record Open(InetAddress address, int mark, BooleanSupplier wasTaken) implements ProbeRoute {
        /** To the target's own address. */
        public static Open direct(Target target) {
            return new Open(target.destination(), NO_MARK, () -> true);
        }
    }

    /**
     * No way: the probe does not run, its result is inconclusive, and the verdict stays.
     *
     * @param reason why, for people: "no tunnel to 10.0.0.2: bpf_map_update_elem(…): ENOSPC"
     */
    record Closed(String reason) implements ProbeRoute {}
}
