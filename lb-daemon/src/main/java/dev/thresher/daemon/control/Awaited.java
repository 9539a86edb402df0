// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Things of which there is to be news, each at least once. Thread-safe. */
final class Awaited<T> {
    private final Set<T> unheard;
    private final CountDownLatch all = new CountDownLatch(1);

    Awaited(Collection<T> things) {
        unheard = new HashSet<>(things);
        heard(Set.of());
    }

    synchronized void heard(Collection<T> things) {
        unheard.removeAll(Set.copyOf(things));
        if (unheard.isEmpty()) {
            all.countDown();
        }
    }

    /** Waits for news of all; answers how many there was none of in that time. */
    int await(Duration patience) {
        try {
            boolean unused = all.await(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            return unheard.size();
        }
    }
}
