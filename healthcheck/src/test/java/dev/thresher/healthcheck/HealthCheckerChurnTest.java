// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.HttpExchange;
import dev.thresher.config.ProbeKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.BeforeTry;

/** Random reloads, deaths and revivals: whatever happens on the way, the verdicts end up with the truth. */
class HealthCheckerChurnTest {
    private static final int REALS = 8;

    // jqwik runs all tries of a property on one instance: each try makes these anew.
    private ManualLoop loop = new ManualLoop();
    private ScriptedProbe probe = new ScriptedProbe(loop);
    private final Map<Target, Health> heard = new HashMap<>();

    @BeforeTry
    void startAfresh() {
        loop = new ManualLoop();
        probe = new ScriptedProbe(loop);
        heard.clear();
    }

    @Property(tries = 200)
    void verdicts_settle_on_the_truth(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        HealthChecker checker = ManualChecker.on(loop, probe, random.split(), (target, transition) -> {
            assertEquals(heard.getOrDefault(target, transition.from()), transition.from());
            heard.put(target, transition.to());
        });
        Set<Target> wanted = Set.of();
        for (int i = 0; i < 50; i++) {
            if (random.nextInt(3) == 0) {
                wanted = anyTargets(random);
                reload(checker, wanted);
            }
            probe.answer(anyTarget(random), random.nextInt(2) == 0 ? ScriptedProbe.PASS : ScriptedProbe.FAIL);
            loop.advance(Targets.INTERVAL.multipliedBy(random.nextInt(30)).dividedBy(10));
        }
        loop.advance(Targets.INTERVAL.multipliedBy(6));
        assertSettled(checker, wanted);
    }

    /** What the daemon knows after a reload is what the update tells it; transitions build on that. */
    private void reload(HealthChecker checker, Set<Target> wanted) {
        var applied = checker.update(wanted);
        loop.settle();
        heard.clear();
        applied.join()
                .forEach((target, health) -> heard.put(target, health.state().health()));
    }

    private void assertSettled(HealthChecker checker, Set<Target> wanted) {
        Map<Target, TargetHealth> snapshot = checker.snapshot();
        assertEquals(List.copyOf(wanted), List.copyOf(snapshot.keySet()));
        snapshot.forEach((target, health) -> {
            assertEquals(probe.answerOf(target), lastResult(health), () -> "last result of " + target);
            Health truth = probe.answerOf(target).equals(ScriptedProbe.PASS) ? Health.UP : Health.DOWN;
            assertEquals(truth, health.state().health(), target::toString);
            assertEquals(truth, heard.get(target), () -> "what the listener heard of " + target);
        });
        assertTrue(wanted.containsAll(probe.underWay()));
    }

    private static ProbeResult lastResult(TargetHealth health) {
        LastProbe last = health.lastProbe();
        assertNotNull(last);
        return last.result();
    }

    private static Set<Target> anyTargets(SplittableRandom random) {
        List<Target> targets = new ArrayList<>();
        for (int i = random.nextInt(2 * REALS); i > 0; i--) {
            targets.add(anyTarget(random));
        }
        return new LinkedHashSet<>(targets);
    }

    private static Target anyTarget(SplittableRandom random) {
        HttpExchange exchange = HttpExchange.get(random.nextBoolean() ? "/" : "/healthz");
        ProbeKind kind = random.nextBoolean() ? new ProbeKind.Tcp(80) : new ProbeKind.Http(80, exchange, null);
        int threshold = 1 + random.nextInt(3);
        return Targets.target(random.nextInt(REALS), Targets.check(kind, threshold, threshold, 0.1));
    }
}
