// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.health;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/**
 * Passes events on to whoever listens. Listeners take them at their own pace from queues of bounded length, so that a slow
 * one costs nobody else anything. Thread-safe.
 */
public final class HealthFeed {
    /** Events that wait for one listener. */
    static final int QUEUE_LIMIT = 4096;

    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();

    /**
     * Begins to listen.
     *
     * @param wanted which events
     * @param news called after each such event, on the thread that it happened on: it must return at once
     */
    public Subscription subscribe(Predicate<HealthEvent> wanted, Runnable news) {
        Subscription subscription = new Subscription(wanted, news);
        subscriptions.add(subscription);
        return subscription;
    }

    /** Tells everybody. */
    public void publish(HealthEvent event) {
        subscriptions.forEach(subscription -> subscription.offer(event));
    }

    /** How many listen. */
    public int listeners() {
        return subscriptions.size();
    }

    /**
     * What a listener has not taken yet.
     *
     * @param missed how many were dropped before these because the queue was full
     */
    public record Batch(List<HealthEvent> events, long missed) {
        public Batch {
            events = List.copyOf(events);
        }

        public boolean isEmpty() {
            return events.isEmpty() && missed == 0;
        }
    }

    /** One listener's queue. */
    public final class Subscription implements AutoCloseable {
        private final Predicate<HealthEvent> wanted;
        private final Runnable news;
        private final Deque<HealthEvent> queue = new ArrayDeque<>();
        private long missed;

        private Subscription(Predicate<HealthEvent> wanted, Runnable news) {
            this.wanted = wanted;
            this.news = news;
        }

        /** Takes up to {@code limit} events out of the queue, oldest first. */
        public synchronized Batch take(int limit) {
            List<HealthEvent> taken = new ArrayList<>();
            while (taken.size() < limit && !queue.isEmpty()) {
                taken.add(queue.removeFirst());
            }
            Batch batch = new Batch(taken, missed);
            missed = 0;
            return batch;
        }

        /** Ends it; what waits is dropped. */
        @Override
        public void close() {
            subscriptions.remove(this);
        }

        private void offer(HealthEvent event) {
            if (!wanted.test(event)) {
                return;
            }
            synchronized (this) {
                if (queue.size() == QUEUE_LIMIT) {
                    queue.removeFirst();
                    missed++;
                }
                queue.addLast(event);
            }
            news.run();
        }
    }
}
