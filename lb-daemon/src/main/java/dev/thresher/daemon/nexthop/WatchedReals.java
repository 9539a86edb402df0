// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import dev.thresher.daemon.nexthop.Resolution.Resolved;
import dev.thresher.daemon.nexthop.Resolution.Unresolved;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The real servers that are watched: what is known of each, and when to look again. For one thread. */
final class WatchedReals {
    static final long RESOLVED_RECHECK_NANOS = Duration.ofSeconds(10).toNanos();
    static final long UNRESOLVED_RECHECK_NANOS = Duration.ofSeconds(1).toNanos();
    // Routes change in bursts, and each costs a look at every real server: at most four looks a second.
    static final long ROUTES_SETTLE_NANOS = Duration.ofMillis(250).toNanos();
    // A neighbour's news concerns few, and that it has answered is what a starting daemon waits for.
    static final long NEIGHBOUR_SETTLE_NANOS = Duration.ofMillis(10).toNanos();
    // A route that is replaced, an interface that flaps: to give up a real server for that moment would move its flows.
    static final long LOSS_GRACE_NANOS = Duration.ofSeconds(1).toNanos();

    private static final Logger log = LoggerFactory.getLogger(WatchedReals.class);

    private final Lookup lookup;
    private final Map<InetAddress, Watched> reals = new LinkedHashMap<>();

    WatchedReals(Lookup lookup) {
        this.lookup = lookup;
    }

    /** Finds the next hop of a real server. */
    @FunctionalInterface
    interface Lookup {
        Resolution resolve(InetAddress real) throws IOException;
    }

    /** Watches these from now on, and no others. New ones are due at once. */
    void replace(Collection<InetAddress> wanted, long nowNanos) {
        reals.keySet().retainAll(Set.copyOf(wanted));
        for (InetAddress real : wanted) {
            reals.computeIfAbsent(real, r -> new Watched(nowNanos));
        }
    }

    /** Any route or interface may have changed. */
    void onRoutesChanged(long nowNanos) {
        reals.values().forEach(watched -> watched.recheckAfter(ROUTES_SETTLE_NANOS, nowNanos));
    }

    /** A neighbour's entry changed; one that was removed has no usable address. */
    void onNeighbourChanged(Neighbour neighbour, long nowNanos) {
        for (Watched watched : reals.values()) {
            if (watched.isConcernedBy(neighbour)) {
                watched.recheckAfter(NEIGHBOUR_SETTLE_NANOS, nowNanos);
            }
        }
    }

    /** Looks at those that are due. Returns the ones that changed, with their new next hop. */
    Map<InetAddress, Resolution> check(long nowNanos) {
        Map<InetAddress, Resolution> changes = new HashMap<>();
        IOException failure = null;
        for (Map.Entry<InetAddress, Watched> entry : reals.entrySet()) {
            Watched watched = entry.getValue();
            if (watched.dueNanos - nowNanos > 0) {
                continue;
            }
            Resolution now;
            boolean failed = false;
            try {
                now = lookup.resolve(entry.getKey());
            } catch (IOException e) {
                failure = e;
                failed = true;
                now = watched.lastOr(new Unresolved(String.valueOf(e.getMessage()), false));
            }
            if (watched.set(now, nowNanos)) {
                changes.put(entry.getKey(), now);
            }
            if (failed) {
                watched.recheckAfter(UNRESOLVED_RECHECK_NANOS, nowNanos);
            }
        }
        if (failure != null) {
            log.warn("Some next hops cannot be checked and stay as they were: {}", failure.getMessage());
        }
        return changes;
    }

    /** How long nothing is due, 0 if something is; {@link Long#MAX_VALUE} when nothing is watched. */
    long nanosToNextCheck(long nowNanos) {
        return reals.values().stream()
                .mapToLong(watched -> Math.max(0, watched.dueNanos - nowNanos))
                .min()
                .orElse(Long.MAX_VALUE);
    }

    private static final class Watched {
        private @Nullable Resolution resolution;
        private long checkedNanos;
        private long dueNanos;
        // Since when there has been no way to a real server that is still reported as resolved.
        private boolean losing;
        private long lostNanos;

        Watched(long nowNanos) {
            this.checkedNanos = nowNanos;
            this.dueNanos = nowNanos;
        }

        /** Returns whether that is news. */
        boolean set(Resolution now, long nowNanos) {
            if (isWithinGrace(now, nowNanos)) {
                checkedNanos = nowNanos;
                dueNanos = lostNanos + LOSS_GRACE_NANOS;
                return false;
            }
            boolean changed = !now.equals(resolution);
            resolution = now;
            checkedNanos = nowNanos;
            dueNanos = nowNanos + (now instanceof Resolved ? RESOLVED_RECHECK_NANOS : UNRESOLVED_RECHECK_NANOS);
            return changed;
        }

        private boolean isWithinGrace(Resolution now, long nowNanos) {
            boolean lost =
                    resolution instanceof Resolved && now instanceof Unresolved unresolved && unresolved.conclusive();
            if (lost && !losing) {
                lostNanos = nowNanos;
            }
            losing = lost;
            return lost && nowNanos - lostNanos < LOSS_GRACE_NANOS;
        }

        Resolution lastOr(Resolution other) {
            return resolution == null ? other : resolution;
        }

        /** Due now, or that long after the last check: events never make the checks follow each other without a pause. */
        void recheckAfter(long settleNanos, long nowNanos) {
            long soonest = checkedNanos + settleNanos;
            long wanted = soonest - nowNanos > 0 ? soonest : nowNanos;
            if (wanted - dueNanos < 0) {
                dueNanos = wanted;
            }
        }

        boolean isConcernedBy(Neighbour neighbour) {
            if (resolution instanceof Resolved resolved) {
                return resolved.gateway().equals(neighbour.address())
                        && (!neighbour.isVerifiedOrBeingSo()
                                || !Objects.equals(resolved.destination(), neighbour.usableMac()));
            }
            // That a neighbour does not answer is no news to the unresolved; that one answers may be the end of it.
            return neighbour.usableMac() != null;
        }
    }
}
