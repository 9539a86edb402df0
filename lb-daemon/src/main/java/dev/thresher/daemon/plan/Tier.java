// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.plan;

import dev.thresher.config.PoolPolicy;
import java.util.List;
import java.util.function.Predicate;

/** One of the pools that may serve a VIP. */
public record Tier(String pool, PoolPolicy policy, List<Candidate> candidates) {
    private static final int WHOLE = 100;

    public Tier {
        candidates = List.copyOf(candidates);
    }

    int up() {
        return count(Candidate::isUp);
    }

    int expected() {
        return count(Candidate::isExpected);
    }

    /**
     * Has it enough? Those whom nobody has judged yet count as up: a start is no failure. But somebody has to be up: a tier
     * of which nothing is known, and perhaps never will be, must not keep the packets from one that serves.
     */
    boolean isSufficient() {
        return up() > 0 && notDown() >= policy.minHealthy() && !isInPanic();
    }

    /** Are so few up that the probes are not to be believed? */
    boolean isInPanic() {
        return expected() > 0 && notDown() * WHOLE < policy.panicThreshold() * expected();
    }

    private int notDown() {
        return count(candidate -> candidate.isExpected() && candidate.standing() != Standing.DOWN);
    }

    private int count(Predicate<Candidate> which) {
        return (int) candidates.stream().filter(which).count();
    }
}
