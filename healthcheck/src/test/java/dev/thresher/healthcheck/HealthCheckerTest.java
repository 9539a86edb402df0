// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static dev.thresher.healthcheck.ScriptedProbe.FAIL;
import static dev.thresher.healthcheck.ScriptedProbe.PASS;
import static dev.thresher.healthcheck.Targets.FAST;
import static dev.thresher.healthcheck.Targets.INTERVAL;
import static dev.thresher.healthcheck.Targets.target;
import static dev.thresher.healthcheck.Targets.tcp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.HealthCheck;
import dev.thresher.config.ProbeKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** When targets are probed and what becomes of the results, on a clock that only the test moves. */
class HealthCheckerTest {
    private static final Target REAL = target(1, tcp());

    private final ManualLoop loop = new ManualLoop();
    private final ScriptedProbe probe = new ScriptedProbe(loop);
    private final List<String> news = new ArrayList<>();
    private final HealthChecker checker = ManualChecker.on(
            loop,
            probe,
            new SplittableRandom(1),
            (target, transition) -> news.add(transition.from() + "->" + transition.to() + " " + transition.reason()));

    private void update(Target... targets) {
        var applied = checker.update(Arrays.asList(targets));
        loop.settle();
        assertEquals(List.of(targets), List.copyOf(applied.join().keySet()));
    }

    private void intervals(double count) {
        loop.advance(Duration.ofNanos((long) (count * INTERVAL.toNanos())));
    }

    private TargetHealth health(Target target) {
        TargetHealth health = checker.snapshot().get(target);
        assertNotNull(health);
        return health;
    }

    @Test
    void a_target_is_unknown_until_its_first_probe_ends() {
        update(REAL);
        assertEquals(TargetHealth.initial(REAL, Health.UNKNOWN, loop.nanoTime()), health(REAL));
        intervals(1.1);
        assertEquals(Health.UP, health(REAL).state().health());
        assertEquals(List.of("unknown->up connected, 1 of 1 passed"), news);
    }

    @Test
    void probes_that_may_bring_a_verdict_are_told_so() {
        update(REAL);
        intervals(3);
        int settled = probe.deciding(REAL).size();
        assertEquals(true, probe.deciding(REAL).get(0));
        assertEquals(false, probe.deciding(REAL).get(settled - 1));
        probe.answer(REAL, FAIL);
        intervals(4);
        // The first failure comes as a surprise, the other two of three decide; then it is down.
        List<Boolean> since =
                probe.deciding(REAL).subList(settled, probe.deciding(REAL).size());
        assertEquals(List.of(false, true, true, false), since.subList(0, 4));
    }

    @Test
    void fall_failures_take_a_target_down_and_rise_successes_bring_it_back() {
        update(REAL);
        intervals(2);
        news.clear();
        probe.answer(REAL, FAIL);
        intervals(4);
        assertEquals(List.of("up->down connection refused, 3 of 3 failed"), news);
        probe.answer(REAL, PASS);
        intervals(3);
        assertEquals("down->up connected, 2 of 2 passed", news.get(1));
        assertEquals(2, news.size());
    }

    @Test
    void snapshot_tells_of_the_last_probe_and_the_last_transitions() {
        update(REAL);
        for (int i = 0; i < 40; i++) {
            probe.answer(REAL, i % 2 == 0 ? PASS : FAIL);
            intervals(5);
        }
        TargetHealth health = health(REAL);
        assertEquals(40, news.size());
        assertEquals(TargetHealth.HISTORY_LIMIT, health.history().size());
        Transition latest = health.history().get(TargetHealth.HISTORY_LIMIT - 1);
        assertEquals(latest.atNanos(), health.state().sinceNanos());
        assertEquals(Health.DOWN, latest.to());
        LastProbe last = health.lastProbe();
        assertNotNull(last);
        assertEquals(FAIL, last.result());
        assertEquals(Duration.ofMillis(1).toNanos(), last.endedNanos() - last.startedNanos());
        assertTrue(loop.nanoTime() - last.endedNanos() <= 1.1 * INTERVAL.toNanos());
    }

    @Test
    void first_probes_spread_over_the_fast_interval() {
        Target[] targets =
                IntStream.range(0, 1000).mapToObj(i -> target(i, tcp())).toArray(Target[]::new);
        update(targets);
        for (int tenth = 1; tenth <= 10; tenth++) {
            loop.advance(FAST.dividedBy(10));
            double probed = Arrays.stream(targets)
                    .filter(target -> !probe.starts(target).isEmpty())
                    .count();
            assertEquals(tenth * 100.0, probed, 50.0, "targets probed after " + tenth + " tenths of the fast interval");
        }
    }

    @Test
    void probes_of_a_target_keep_the_interval_within_its_jitter() {
        update(REAL);
        intervals(500);
        List<Long> starts = probe.starts(REAL);
        assertEquals(500, starts.size(), 1.5);
        for (int i = 2; i < starts.size(); i++) {
            double gap = (starts.get(i) - starts.get(i - 1)) / (double) INTERVAL.toNanos();
            assertEquals(1.0, gap, 0.100001);
        }
    }

    @Test
    void the_schedule_does_not_drift() {
        Target steady = steady(1, 3);
        update(steady, REAL);
        intervals(1001);
        List<Long> starts = probe.starts(steady);
        assertEquals(1001, starts.size(), 1);
        int last = starts.size() - 1;
        assertEquals((last - 1) * INTERVAL.toNanos(), starts.get(last) - starts.get(1));
        List<Long> jittered = probe.starts(REAL);
        last = jittered.size() - 1;
        assertEquals(last - 1, (jittered.get(last) - jittered.get(1)) / (double) INTERVAL.toNanos(), 0.1);
    }

    @Test
    void probes_come_fast_while_a_verdict_forms_and_in_their_turns_when_it_stands() {
        Target steady = steady(1, 3);
        probe.answer(steady, FAIL);
        update(steady);
        loop.advance(FAST.multipliedBy(3));
        assertEquals(List.of("unknown->down connection refused, 3 of 3 failed"), news);
        assertEquals(List.of(FAST.toNanos(), FAST.toNanos()), gaps(steady));
        intervals(2);
        int before = probe.starts(steady).size();
        intervals(10);
        assertEquals(10, probe.starts(steady).size() - before);
        probe.answer(steady, PASS);
        intervals(2);
        assertEquals("down->up connected, 2 of 2 passed", news.get(1));
        assertTrue(gaps(steady).contains(FAST.toNanos()));
    }

    private List<Long> gaps(Target target) {
        List<Long> starts = probe.starts(target);
        return IntStream.range(1, starts.size())
                .mapToObj(i -> starts.get(i) - starts.get(i - 1))
                .toList();
    }

    @Test
    void a_probe_that_outlasts_the_interval_is_not_overtaken() {
        Target slow = target(1, Targets.check(new ProbeKind.Tcp(80), 2, 3, 1));
        probe.answerAfter(INTERVAL);
        update(slow);
        intervals(100);
        int probes = probe.starts(slow).size();
        assertTrue(probes > 40 && probes <= 100, () -> probes + " probes");
    }

    @Test
    void turns_missed_in_a_pause_are_dropped_and_the_spread_is_kept() {
        Target[] targets = IntStream.range(0, 20).mapToObj(i -> steady(i, 3)).toArray(Target[]::new);
        update(targets);
        intervals(2);
        int[] before = Arrays.stream(targets)
                .mapToInt(target -> probe.starts(target).size())
                .toArray();
        loop.stall(INTERVAL.multipliedBy(10).plusMillis(1300));
        loop.settle();
        long burst = IntStream.range(0, 20)
                .filter(i -> probe.starts(targets[i]).size() > before[i])
                .count();
        assertEquals(0, burst, "targets probed at the very end of the pause");
        intervals(1);
        for (int i = 0; i < 20; i++) {
            List<Long> starts = probe.starts(targets[i]);
            assertEquals(before[i] + 1, starts.size(), "probes of " + targets[i]);
            long offset = (starts.get(starts.size() - 1) - starts.get(1)) % INTERVAL.toNanos();
            assertEquals(0, offset, "phase of " + targets[i]);
        }
    }

    @Test
    void a_target_that_several_pools_share_is_probed_once() {
        var applied = checker.update(List.of(target(1, tcp()), target(1, tcp()), target(1, tcp())));
        loop.settle();
        assertEquals(Set.of(REAL), applied.join().keySet());
        intervals(10);
        assertEquals(10, probe.starts(REAL).size(), 1);
    }

    @Test
    void an_update_touches_nothing_of_a_target_that_stays() {
        Target other = target(2, tcp());
        update(REAL, other);
        probe.answer(REAL, FAIL);
        while (probe.starts(REAL).size() < 2) {
            intervals(0.01);
        }
        probe.answerAfter(INTERVAL.dividedBy(4));
        while (probe.underWay().isEmpty()) {
            intervals(0.01);
        }
        TargetHealth before = health(REAL);
        update(target(3, tcp()), other, REAL);
        assertEquals(before, health(REAL));
        intervals(0.5);
        update(REAL);
        intervals(2);
        assertTrue(news.contains("unknown->down connection refused, 3 of 3 failed"), news::toString);
    }

    @Test
    void changed_thresholds_keep_verdict_and_counts() {
        update(REAL);
        intervals(1.5);
        probe.answer(REAL, FAIL);
        while (health(REAL).state().failures() < 2) {
            intervals(0.1);
        }
        Target laxer = target(1, Targets.check(new ProbeKind.Tcp(80), 2, 5, 0.1));
        TargetHealth before = health(REAL);
        update(laxer);
        assertEquals(before.state(), health(laxer).state());
        assertEquals(before.lastProbe(), health(laxer).lastProbe());
        assertEquals(before.history(), health(laxer).history());
        assertEquals(0, health(laxer).ageNanos(loop.nanoTime()), "the interval may have been longer");
    }

    @Test
    void a_changed_question_keeps_the_verdict_and_starts_counting_anew() {
        Target web = target(1, Targets.http("/"));
        update(web);
        intervals(1.5);
        probe.answer(web, FAIL);
        while (health(web).state().failures() < 2) {
            intervals(0.1);
        }
        Target edited = target(1, Targets.http("/healthz"));
        HealthState before = health(web).state();
        update(edited);
        assertEquals(before.restarted(), health(edited).state());
        assertEquals(Health.UP, health(edited).state().health());
        assertEquals(0, health(edited).state().failures());
        assertEquals(before.sinceNanos(), health(edited).state().sinceNanos());
        assertNull(health(edited).lastProbe());
        assertEquals(0, health(edited).ageNanos(loop.nanoTime()));
        assertEquals(1, health(edited).history().size());
    }

    @Test
    void an_edit_puts_no_probe_off() {
        List<Target> before = IntStream.range(0, 20).mapToObj(i -> steady(i, 3)).toList();
        List<Target> after = IntStream.range(0, 20).mapToObj(i -> steady(i, 4)).toList();
        update(before.toArray(Target[]::new));
        intervals(1);
        update(after.toArray(Target[]::new));
        intervals(1);
        for (int i = 0; i < 20; i++) {
            long gap = probe.starts(after.get(i)).get(0)
                    - probe.starts(before.get(i)).get(0);
            assertTrue(gap <= INTERVAL.toNanos(), () -> "probes " + gap + " ns apart");
        }
    }

    private static Target steady(int number, int fall) {
        return target(number, Targets.check(new ProbeKind.Tcp(80), 2, fall, 0));
    }

    @Test
    void a_removed_target_is_left_alone_even_in_the_middle_of_a_probe() {
        probe.answerAfter(INTERVAL.dividedBy(2));
        update(REAL);
        while (probe.underWay().isEmpty()) {
            intervals(0.01);
        }
        update();
        assertTrue(probe.underWay().isEmpty(), "the probe was cancelled");
        intervals(10);
        assertEquals(1, probe.starts(REAL).size());
        assertEquals(List.of(), news);
        assertEquals(0, checker.snapshot().size());
    }

    @Test
    void a_target_without_a_check_is_up_and_never_probed() {
        Target unchecked = target(1, HealthCheck.none());
        update(unchecked);
        assertEquals(Health.UP, health(unchecked).state().health());
        assertEquals(List.of("unknown->up no health check is configured"), news);
        intervals(10);
        assertEquals(0, probe.starts(unchecked).size());
    }

    @Test
    void switching_the_check_of_a_dead_target_off_brings_it_up() {
        probe.answer(REAL, FAIL);
        update(REAL);
        intervals(5);
        Target unchecked = target(1, HealthCheck.none());
        update(unchecked);
        assertEquals(Health.UP, health(unchecked).state().health());
        assertEquals("down->up no health check is configured", news.get(1));
        update(REAL);
        assertEquals(Health.UP, health(REAL).state().health());
        intervals(4);
        assertEquals(Health.DOWN, health(REAL).state().health());
    }

    @Test
    void a_seeded_target_starts_from_that_verdict_silently() {
        Target dead = target(2, tcp());
        checker.seed(REAL, Health.UP);
        checker.seed(dead, Health.DOWN);
        update(REAL, dead);
        assertEquals(Health.UP, health(REAL).state().health());
        assertEquals(Health.DOWN, health(dead).state().health());
        assertEquals(List.of(), news);
        intervals(4);
        assertEquals(List.of("down->up connected, 2 of 2 passed"), news);
    }

    @Test
    void a_seed_yields_to_what_was_seen_and_lasts_for_one_update() {
        update(REAL);
        checker.seed(REAL, Health.DOWN);
        loop.settle();
        assertEquals(Health.DOWN, health(REAL).state().health());
        intervals(4);
        checker.seed(REAL, Health.DOWN);
        checker.seed(target(2, tcp()), Health.DOWN);
        update(REAL);
        assertEquals(Health.UP, health(REAL).state().health());
        update(target(2, tcp()));
        assertEquals(Health.UNKNOWN, health(target(2, tcp())).state().health());
    }

    @Test
    void an_inconclusive_probe_leaves_the_verdict_and_is_shown() {
        update(REAL);
        intervals(2);
        ProbeResult blind = ProbeResult.inconclusive("this host cannot probe: too many open files");
        probe.answer(REAL, blind);
        intervals(10);
        assertEquals(Health.UP, health(REAL).state().health());
        LastProbe last = health(REAL).lastProbe();
        assertNotNull(last);
        assertEquals(blind, last.result());
    }

    @Test
    void a_listener_or_probe_that_throws_does_not_end_the_probing() {
        int[] calls = new int[2];
        Probe broken = (context, done) -> {
            if (calls[0]++ % 2 == 0) {
                throw new IllegalStateException("broken probe");
            }
            return probe.start(context, done);
        };
        HealthChecker stubborn = ManualChecker.on(loop, broken, new SplittableRandom(1), (target, news) -> {
            calls[1]++;
            throw new IllegalStateException("broken listener");
        });
        var applied = stubborn.update(List.of(REAL));
        intervals(20);
        assertTrue(applied.isDone());
        assertEquals(20, calls[0], 2);
        assertEquals(1, calls[1]);
        TargetHealth health = stubborn.snapshot().get(REAL);
        assertNotNull(health);
        assertEquals(Health.UP, health.state().health());
    }

    @Test
    void after_closing_verdicts_stay_readable_and_changes_are_refused() {
        update(REAL);
        intervals(2);
        checker.close();
        checker.close();
        assertEquals(Health.UP, health(REAL).state().health());
        assertThrows(RejectedExecutionException.class, () -> checker.update(List.of()));
        assertThrows(RejectedExecutionException.class, () -> checker.seed(REAL, Health.DOWN));
    }

    @Test
    void a_verdict_of_another_question_is_on_loan_until_a_probe_of_its_own_confirms_it() {
        Target old = target(1, Targets.check(new ProbeKind.Tcp(22), 2, 3, 0.1));
        Target moved = target(1, Targets.check(new ProbeKind.Tcp(8080), 2, 3, 0.1));
        update(old);
        intervals(3);
        probe.answer(moved, ProbeResult.inconclusive("no tunnel"));
        update(moved);
        assertEquals(Health.UP, health(moved).state().health());
        assertEquals(old, health(moved).lender());
        intervals(3);
        assertEquals(old, health(moved).lender(), "an inconclusive probe confirms nothing");
        int asked = probe.starts(moved).size();
        assertTrue(asked >= 9, () -> asked + " probes: they come fast until one confirms the verdict");
        probe.answer(moved, FAIL);
        intervals(3 * FAST.toNanos() / (double) INTERVAL.toNanos() + 0.2);
        assertEquals(Health.DOWN, health(moved).state().health());
        assertNull(health(moved).lender());

        Target sameQuestion = target(1, Targets.check(new ProbeKind.Tcp(8080), 2, 9, 0.1));
        update(sameQuestion);
        assertNull(health(sameQuestion).lender());
        assertEquals(Health.DOWN, health(sameQuestion).state().health());
    }
}
