// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.config.VipKey;
import dev.thresher.daemon.health.HealthEvent;
import dev.thresher.daemon.health.HealthFeed;
import dev.thresher.daemon.plan.VipPlan;
import dev.thresher.daemon.plan.VipPlan.Mode;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HealthNewsTest {
    private static final VipKey WEB = VipKey.parse("203.0.113.10:80/tcp");
    private static final VipKey MAIL = VipKey.parse("203.0.113.10:25/tcp");

    private final HealthNews news = new HealthNews(
            () -> {
                throw new AssertionError("no target is concerned");
            },
            Clock.systemUTC());
    private final HealthFeed.Subscription heard = news.feed().subscribe(event -> true, () -> {});

    private static VipPlan plan(Mode mode, boolean undecided) {
        return new VipPlan("web", mode, List.of(), Long.MAX_VALUE, undecided);
    }

    private List<String> heard() {
        return heard.take(100).events().stream()
                .map(HealthEvent.ServingChanged.class::cast)
                .map(event -> event.vip() + " " + event.from() + "->" + event.to())
                .toList();
    }

    @Test
    void aFirstPlanThatIsAsItShouldBe_isNoNews() {
        news.planned(Map.of(WEB, plan(Mode.NORMAL, false)));
        assertEquals(List.of(), heard());
    }

    @Test
    void aVipThatAReloadAdds_isNewsOnceItIsClearThatNobodyServesIt() {
        news.planned(Map.of(WEB, plan(Mode.NORMAL, false)));
        news.planned(Map.of(WEB, plan(Mode.NORMAL, false), MAIL, plan(Mode.NONE, true)));
        assertEquals(List.of(), heard(), "its first probes have not ended");
        news.planned(Map.of(WEB, plan(Mode.NORMAL, false), MAIL, plan(Mode.NONE, false)));
        assertEquals(List.of(MAIL + " NORMAL->NONE"), heard());
        news.planned(Map.of(WEB, plan(Mode.NORMAL, false), MAIL, plan(Mode.NONE, false)));
        assertEquals(List.of(), heard(), "it has been told");
        news.planned(Map.of(WEB, plan(Mode.NORMAL, false), MAIL, plan(Mode.NORMAL, false)));
        assertEquals(List.of(MAIL + " NONE->NORMAL"), heard());
    }

    @Test
    void aVipThatComesUpWithItsFirstProbes_isNoNews() {
        news.planned(Map.of(WEB, plan(Mode.NONE, true)));
        news.planned(Map.of(WEB, plan(Mode.NORMAL, false)));
        assertEquals(List.of(), heard());
    }

    @Test
    void aVipThatServed_isNewsAtOnceEvenIfItsRealServersAreToBeJudgedAnew() {
        news.planned(Map.of(WEB, plan(Mode.NORMAL, false)));
        news.planned(Map.of(WEB, plan(Mode.NONE, true)));
        assertEquals(List.of(WEB + " NORMAL->NONE"), heard());
    }
}
