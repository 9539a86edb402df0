// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which target of the previous configuration a new one replaces, so that editing a check never throws away what
 * is known about the server.
 *
 * <p>A target that asks the same question (only its timing or thresholds differ) is always a predecessor. One that asks
 * something else must be on its way out: then the new one is its edited form, and the closest match wins. A check that
 * stays in use beside the new one answers for itself alone.
 */
final class Succession {
    private final Map<InetAddress, List<Target>> previous = new HashMap<>();
    private final Set<Target> wanted;

    Succession(Collection<Target> previous, Set<Target> wanted) {
        this.wanted = wanted;
        for (Target target : previous) {
            this.previous
                    .computeIfAbsent(target.real(), address -> new ArrayList<>())
                    .add(target);
        }
    }

    @Nullable
    Target predecessorOf(Target newcomer) {
        Target best = null;
        int bestLikeness = 0;
        for (Target candidate : previous.getOrDefault(newcomer.real(), List.of())) {
            int likeness = likeness(newcomer, candidate);
            if (likeness > bestLikeness) {
                best = candidate;
                bestLikeness = likeness;
            }
        }
        return best;
    }

    private int likeness(Target newcomer, Target candidate) {
        boolean leaves = !wanted.contains(candidate);
        if (newcomer.asksTheSameAs(candidate)) {
            return leaves ? 5 : 4;
        }
        if (!leaves) {
            return 0;
        }
        if (newcomer.reachesTheSameAs(candidate)) {
            return 3;
        }
        return newcomer.check().kind().port() == candidate.check().kind().port() ? 2 : 1;
    }
}
