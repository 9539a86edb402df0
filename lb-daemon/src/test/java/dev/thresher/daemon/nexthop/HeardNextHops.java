// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A listener that waits for what it wants to hear. */
final class HeardNextHops implements Consumer<Map<InetAddress, Resolution>> {
    private static final int DEADLINE_SECONDS = 30;

    private final BlockingQueue<Map<InetAddress, Resolution>> changes = new LinkedBlockingQueue<>();
    private final Map<InetAddress, Resolution> current = new HashMap<>();

    @Override
    public void accept(Map<InetAddress, Resolution> changed) {
        changes.add(changed);
    }

    /** The next hop that was heard last of what was awaited so far. */
    Resolution current(InetAddress real) {
        return Objects.requireNonNull(current.get(real));
    }

    /** Returns the next hop of a real server as soon as it is as wanted. */
    Resolution await(InetAddress real, Predicate<Resolution> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        @Nullable Resolution now = current.get(real);
        while (now == null || !wanted.test(now)) {
            Map<InetAddress, Resolution> changed = changes.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            assertNotNull(changed, "not heard in " + DEADLINE_SECONDS + " s, only " + current);
            current.putAll(changed);
            now = current.get(real);
        }
        return now;
    }
}
