// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.plan;

import java.net.InetAddress;

/**
 * A real server of a pool.
 *
 * @param weight as configured; 0 drains it
 * @param sinceNanos when it came to stand so
 * @param comesBack whether it is up after it had been down: then it starts slowly
 */
public record Candidate(InetAddress real, int weight, Standing standing, long sinceNanos, boolean comesBack) {
    /** Does it keep its flows and get no new ones, as long as there are better? */
    boolean isDraining() {
        return standing == Standing.DRAIN || (standing == Standing.UP && weight == 0);
    }

    boolean isUp() {
        return standing == Standing.UP && weight > 0;
    }

    /** Is it one that ought to serve? Neither drained nor taken out. */
    boolean isExpected() {
        return weight > 0 && (standing == Standing.UP || standing == Standing.DOWN || standing == Standing.UNKNOWN);
    }
}
