// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.VipKey;
import dev.thresher.daemon.health.HealthEvent.ServingChanged;
import dev.thresher.daemon.health.HealthFeed.Batch;
import dev.thresher.daemon.health.HealthFeed.Subscription;
import dev.thresher.daemon.plan.VipPlan.Mode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HealthFeedTest {
    private static final VipKey WEB = VipKey.parse("203.0.113.10:80/tcp");
    private static final VipKey DNS = VipKey.parse("203.0.113.10:53/udp");

    private final HealthFeed feed = new HealthFeed();

    private static HealthEvent event(VipKey vip, int number) {
        return new ServingChanged(vip, Instant.ofEpochSecond(number), Mode.NORMAL, Mode.PANIC, "web");
    }

    @Test
    void listeners_getWhatTheyWantInItsOrder() {
        Subscription all = feed.subscribe(event -> true, () -> {});
        Subscription web = feed.subscribe(event -> event.vip().equals(WEB), () -> {});
        feed.publish(event(WEB, 1));
        feed.publish(event(DNS, 2));
        feed.publish(event(WEB, 3));

        assertEquals(List.of(event(WEB, 1), event(DNS, 2)), all.take(2).events());
        assertEquals(List.of(event(WEB, 3)), all.take(2).events());
        assertTrue(all.take(2).isEmpty());
        assertEquals(List.of(event(WEB, 1), event(WEB, 3)), web.take(10).events());
    }

    @Test
    void listeners_areToldThatThereIsNews() {
        List<String> told = new ArrayList<>();
        feed.subscribe(event -> event.vip().equals(DNS), () -> told.add("dns"));
        feed.publish(event(WEB, 1));
        assertEquals(List.of(), told);
        feed.publish(event(DNS, 2));
        assertEquals(List.of("dns"), told);
    }

    @Test
    void whoIsTooSlow_missesTheOldestAndIsToldHowMany() {
        Subscription slow = feed.subscribe(event -> true, () -> {});
        Subscription quick = feed.subscribe(event -> true, () -> {});
        for (int number = 0; number < HealthFeed.QUEUE_LIMIT + 5; number++) {
            feed.publish(event(WEB, number));
            assertEquals(1, quick.take(1).events().size());
        }
        Batch batch = slow.take(1);
        assertEquals(new Batch(List.of(event(WEB, 5)), 5), batch);
        assertEquals(0, slow.take(1).missed(), "it is told once");
    }

    @Test
    void whoHasEnded_getsNothingMore() {
        Subscription subscription = feed.subscribe(event -> true, () -> {});
        subscription.close();
        assertEquals(0, feed.listeners());
        feed.publish(event(WEB, 1));
        assertTrue(subscription.take(1).isEmpty());
    }
}
