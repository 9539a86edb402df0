// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.probing;

import dev.thresher.bpf.layout.MarkRoute;
import dev.thresher.healthcheck.Target;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The marks of targets, and what the kernel has been told of each. What it refused is told again when asked to. Changed by one
 * thread at a time, read by any.
 */
final class TunnelPaths {
    private static final Logger LOG = LoggerFactory.getLogger(TunnelPaths.class);

    private final Routes routes;
    private final Marks marks;

    /** Replaced as a whole. */
    private volatile Map<Target, Path> paths = Map.of();

    /** The kernel's side. */
    interface Routes {
        /** Answers why the kernel refuses it; empty if it has taken it. */
        Optional<String> put(int mark, MarkRoute route);

        void remove(int mark);
    }

    /**
     * A target's way.
     *
     * @param open whether the kernel has taken the route; without it, packets of the mark are dropped or led elsewhere
     */
    record Path(int mark, MarkRoute route, boolean open) {}

    TunnelPaths(Routes routes, int marks) {
        this.routes = routes;
        this.marks = new Marks(marks);
    }

    /** That of a target; null for none. */
    @Nullable
    Path of(Target target) {
        return paths.get(target);
    }

    Iterable<Target> targets() {
        return paths.keySet();
    }

    /**
     * Has these and no others.
     *
     * @throws IllegalStateException if there are more than marks; then nothing has changed
     */
    void update(Map<Target, MarkRoute> wanted) {
        marks.requireRoomFor(wanted.size());
        Map<Target, Path> before = paths;
        before.forEach((target, path) -> {
            if (!wanted.containsKey(target)) {
                routes.remove(path.mark());
                marks.giveBack(path.mark());
            }
        });
        Map<Target, Path> after = new HashMap<>();
        wanted.forEach((target, route) -> {
            Path known = before.get(target);
            int mark = known == null ? marks.take() : known.mark();
            boolean same = known != null && known.open() && route.equals(known.route());
            after.put(target, same ? known : put(target, mark, route, known != null && !known.open()));
        });
        paths = after;
    }

    /** Tells the kernel once more what it has not taken. */
    void retry() {
        Map<Target, Path> after = new HashMap<>(paths);
        after.replaceAll((target, path) -> path.open() ? path : put(target, path.mark(), path.route(), true));
        paths = after;
    }

    private Path put(Target target, int mark, MarkRoute route, boolean again) {
        Optional<String> refusal = routes.put(mark, route);
        if (refusal.isPresent() && !again) {
            LOG.error("Cannot lead the probes of {} through the tunnel: {}", target, refusal.get());
        } else if (refusal.isEmpty() && again) {
            LOG.info("Can lead the probes of {} through the tunnel again", target);
        }
        return new Path(mark, route, refusal.isEmpty());
    }
}
