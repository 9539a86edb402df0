// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static dev.thresher.healthcheck.ScriptedProbe.FAIL;
import static dev.thresher.healthcheck.ScriptedProbe.PASS;
import static dev.thresher.healthcheck.Targets.INTERVAL;
import static dev.thresher.healthcheck.Targets.target;
import static dev.thresher.healthcheck.Targets.tcp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.CheckThresholds;
import dev.thresher.config.HealthCheck;
import dev.thresher.config.Order;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What becomes of the checker when it stands still, when checks get stuck, and when operators give orders. */
class HealthCheckerLifeTest {
    private static final int GATE = 2000;
    private static final Target REAL = target(1, tcp());

    private final List<ManualLoop> loops = new ArrayList<>();
    private final List<ScriptedProbe> probes = new ArrayList<>();
    private final List<String> news = new ArrayList<>();
    private ProbeRoutes routes = ProbeRoutes.direct();

    private final HealthChecker checker = new HealthChecker(ended -> {
        ManualLoop loop = new ManualLoop();
        loops.add(loop);
        probes.add(new ScriptedProbe(loop));
        return Engine.of(
                loop,
                probes.get(probes.size() - 1),
                target -> routes.to(target),
                new ProbeGate(GATE, ended),
                new SplittableRandom(1),
                (target, change) -> news.add(change.from() + "->" + change.to() + " " + change.reason()));
    });

    private ManualLoop loop() {
        return loops.get(loops.size() - 1);
    }

    private ScriptedProbe probe() {
        return probes.get(probes.size() - 1);
    }

    private void update(Target... targets) {
        var applied = checker.update(List.of(targets));
        loop().settle();
        assertTrue(applied.isDone());
    }

    private void intervals(double count) {
        loop().advance(Duration.ofNanos((long) (count * INTERVAL.toNanos())));
    }

    private TargetHealth health(Target target) {
        TargetHealth health = checker.snapshot().get(target);
        assertNotNull(health);
        return health;
    }

    private void runUntilUnderWay() {
        while (probe().underWay().isEmpty()) {
            intervals(0.001);
        }
    }

    @Test
    void failures_during_a_pause_do_not_count() {
        Target strict = target(1, tcp().with(CheckThresholds.of(1, 1)));
        update(strict);
        intervals(2);
        probe().answer(strict, FAIL);
        probe().answerAfter(Duration.ofMillis(900));
        runUntilUnderWay();
        loop().stall(Duration.ofSeconds(3));
        loop().settle();
        assertEquals(Health.UP, health(strict).state().health());
        LastProbe last = health(strict).lastProbe();
        assertNotNull(last);
        assertTrue(
                last.result()
                        .text()
                        .matches("not counted, because this host stood still for \\d+ ms: connection refused"),
                last.result()::text);
        assertEquals(1, checker.status().pauses());
        assertTrue(checker.status().longestPause().compareTo(Duration.ofSeconds(3)) >= 0);
        intervals(2);
        assertEquals("up->down connection refused, 1 of 1 failed", news.get(1));
    }

    @Test
    void a_real_that_never_answers_goes_down_on_a_host_that_stands_still_in_each_probe() {
        Target strict = target(1, tcp().with(CheckThresholds.of(1, 1)));
        update(strict);
        intervals(2);
        probe().answer(strict, FAIL);
        probe().answerAfter(Duration.ofMillis(900));
        for (int i = 0; i < 5; i++) {
            runUntilUnderWay();
            loop().stall(Duration.ofSeconds(1));
            loop().settle();
            assertEquals(Health.UP, health(strict).state().health());
        }
        runUntilUnderWay();
        loop().stall(Duration.ofSeconds(1));
        loop().settle();
        assertEquals(Health.DOWN, health(strict).state().health());
    }

    @Test
    void a_success_during_a_pause_counts() {
        probe().answerAfter(Duration.ofMillis(900));
        update(REAL);
        runUntilUnderWay();
        loop().stall(Duration.ofSeconds(3));
        loop().settle();
        assertEquals(List.of("unknown->up connected, 1 of 1 passed"), news);
    }

    @Test
    void a_host_that_slept_with_its_monotonic_clock_is_found_out() {
        Target strict = target(1, tcp().with(CheckThresholds.of(1, 1)));
        update(strict);
        intervals(2);
        probe().answer(strict, FAIL);
        probe().answerAfter(Duration.ofMillis(500));
        runUntilUnderWay();
        loop().sleep(Duration.ofHours(8));
        loop().advance(Duration.ofMillis(600));
        assertEquals(Health.UP, health(strict).state().health());
        assertTrue(checker.status().longestPause().compareTo(Duration.ofHours(8)) >= 0);
    }

    @Test
    void five_pauses_among_a_thousand_healthy_targets_change_no_verdict() {
        Target[] targets = IntStream.range(0, 1000)
                .mapToObj(i -> target(i, tcp().with(CheckThresholds.of(1, 1))))
                .toArray(Target[]::new);
        update(targets);
        intervals(2);
        news.clear();
        for (int pause = 0; pause < 5; pause++) {
            probe().answerAfter(Duration.ofMillis(990));
            loop().advance(Duration.ofMillis(980));
            // What is under way when the pause begins fails at its end: all timers have run out.
            for (Target target : targets) {
                probe().answer(target, FAIL);
            }
            assertTrue(probe().underWay().size() > 400, () -> probe().underWay().size() + " probes under way");
            loop().stall(Duration.ofSeconds(3));
            loop().settle();
            for (Target target : targets) {
                probe().answer(target, PASS);
            }
            probe().answerAfter(Duration.ofMillis(1));
            intervals(5);
        }
        assertEquals(List.of(), news);
        assertEquals(5, checker.status().pauses());
    }

    @Test
    void a_check_whose_probe_never_ends_is_restarted_and_reported() {
        update(REAL);
        intervals(2);
        probe().answerAfter(Duration.ofDays(1));
        intervals(2.6);
        assertEquals(1, checker.status().restartedChecks());
        LastProbe last = health(REAL).lastProbe();
        assertNotNull(last);
        assertEquals(
                "the check was stuck and has been restarted: a probe did not end",
                last.result().text());
        assertEquals(Health.UP, health(REAL).state().health());
        probe().answerAfter(Duration.ofMillis(1));
        probe().answer(REAL, FAIL);
        intervals(6);
        assertEquals(Health.DOWN, health(REAL).state().health());
    }

    @Test
    void ages_tell_of_a_checker_that_does_nothing() {
        update(REAL, target(2, HealthCheck.none()));
        intervals(5);
        assertTrue(checker.status().oldestProbe().compareTo(INTERVAL.multipliedBy(2)) < 0);
        assertTrue(checker.status().sinceLife().compareTo(Duration.ofMillis(50)) < 0);
        loop().getStuck();
        intervals(50);
        assertTrue(checker.status().oldestProbe().compareTo(INTERVAL.multipliedBy(49)) > 0);
        assertTrue(checker.status().sinceLife().compareTo(INTERVAL.multipliedBy(49)) > 0);
        assertEquals(Health.UP, health(REAL).state().health());
    }

    private void watchFor(Duration time) {
        Watchdog watchdog = Watchdog.idle(checker);
        for (long second = 0; second < time.toSeconds(); second++) {
            loop().advance(Duration.ofSeconds(1));
            watchdog.look(Duration.ofSeconds(second).toNanos());
        }
        watchdog.close();
    }

    @Test
    void a_thread_that_is_stuck_is_replaced_and_the_work_goes_on_from_where_it_was() {
        update(REAL);
        intervals(2);
        int successes = health(REAL).state().successes();
        var pending = IntStream.of(1)
                .mapToObj(unused -> {
                    loop().getStuck();
                    return checker.update(List.of(REAL, target(2, tcp())));
                })
                .findFirst()
                .orElseThrow();
        watchFor(Duration.ofSeconds(9));
        assertEquals(1, loops.size());
        watchFor(Duration.ofSeconds(12));
        assertEquals(2, loops.size());
        assertEquals(1, checker.status().restartedThreads());
        assertEquals(Health.UP, health(REAL).state().health());
        assertEquals(1, health(REAL).history().size());
        assertTrue(health(REAL).state().successes() >= successes, "counts go on");
        intervals(2);
        assertTrue(pending.isDone(), "the update that the stuck thread had not taken");
        assertEquals(2, checker.snapshot().size());
        probe().answer(REAL, FAIL);
        intervals(4);
        assertEquals(Health.DOWN, health(REAL).state().health());
    }

    @Test
    void a_watchdog_that_stood_still_itself_accuses_nobody() {
        update(REAL);
        loop().getStuck();
        Watchdog watchdog = Watchdog.idle(checker);
        for (long second = 0; second < 60; second += 5) {
            loop().advance(Duration.ofSeconds(5));
            watchdog.look(Duration.ofSeconds(second).toNanos());
        }
        watchdog.close();
        assertEquals(1, loops.size());
    }

    @Test
    void a_drained_real_keeps_being_probed_and_can_go_down() {
        update(REAL);
        intervals(2);
        checker.order(REAL, Order.DRAIN, "ordered by the test");
        loop().settle();
        assertEquals("up->drain ordered by the test", news.get(1));
        probe().answer(REAL, FAIL);
        intervals(3);
        assertEquals("drain->down connection refused, 3 of 3 failed", news.get(2));
        probe().answer(REAL, PASS);
        intervals(3);
        assertEquals("down->drain connected, 2 of 2 passed", news.get(3));
        checker.order(REAL, Order.SERVE, "ordered by the test");
        loop().settle();
        assertEquals(Health.UP, health(REAL).state().health());
    }

    @Test
    void a_real_in_maintenance_is_not_probed_and_comes_back_by_its_first_success() {
        update(REAL);
        intervals(2);
        checker.order(REAL, Order.MAINTENANCE, "ordered by the test");
        loop().settle();
        int probed = probe().starts(REAL).size();
        probe().answer(REAL, FAIL);
        intervals(10);
        assertEquals(probed, probe().starts(REAL).size());
        assertEquals(Health.MAINTENANCE, health(REAL).state().health());
        assertEquals(0, checker.status().restartedChecks());
        probe().answer(REAL, PASS);
        checker.order(REAL, Order.SERVE, "the work is done");
        loop().settle();
        assertEquals(0, health(REAL).ageNanos(loop().nanoTime()), "no probe could have been newer");
        assertEquals(Duration.ZERO, checker.status().oldestProbe());
        intervals(1);
        assertEquals(
                List.of("maintenance->unknown the work is done", "unknown->up connected, 1 of 1 passed"),
                news.subList(2, 4));
    }

    @Test
    void an_order_holds_for_a_target_to_come_and_goes_with_it() {
        checker.order(REAL, Order.MAINTENANCE, "ordered by the test");
        update(REAL);
        intervals(3);
        assertEquals(Health.MAINTENANCE, health(REAL).state().health());
        assertEquals(0, probe().starts(REAL).size());
        update();
        update(REAL);
        intervals(3);
        assertEquals(Health.UP, health(REAL).state().health());
    }

    @Test
    void a_route_that_is_closed_is_no_failure_of_the_target_and_no_success_either() {
        routes = target -> new ProbeRoute.Closed("no tunnel to it");
        update(REAL);
        intervals(5);
        assertEquals(Health.UNKNOWN, health(REAL).state().health());
        assertEquals(0, probe().starts(REAL).size());
        LastProbe last = health(REAL).lastProbe();
        assertNotNull(last);
        assertEquals(ProbeResult.inconclusive("no tunnel to it"), last.result());
        routes = ProbeRoutes.direct();
        intervals(2);
        assertEquals(Health.UP, health(REAL).state().health());
    }

    @Test
    void probes_wait_while_black_holes_take_all_places_and_waiting_is_no_failure() {
        Target[] targets = IntStream.range(0, GATE + 1000)
                .mapToObj(i -> target(i, tcp().with(CheckThresholds.of(1, 1))))
                .toArray(Target[]::new);
        probe().answerAfter(INTERVAL.dividedBy(2));
        update(targets);
        for (int i = 0; i < 60; i++) {
            intervals(0.2);
            int underWay = probe().underWay().size();
            assertTrue(underWay <= GATE, () -> underWay + " probes under way");
        }
        for (Target target : targets) {
            assertEquals(Health.UP, health(target).state().health());
            assertTrue(probe().starts(target).size() >= 4, () -> target + " had its turn too seldom");
        }
        assertEquals(0, checker.status().restartedChecks());
        assertEquals(GATE, checker.status().limit());
    }

    @Test
    void those_that_wait_are_counted_and_leave_the_queue_when_nobody_wants_them() {
        probe().answerAfter(Duration.ofMillis(900));
        Target[] targets =
                IntStream.range(0, 2 * GATE).mapToObj(i -> target(i, tcp())).toArray(Target[]::new);
        update(targets);
        loop().advance(Duration.ofMillis(600));
        assertEquals(GATE, checker.status().waiting());
        update(REAL);
        probe().answerAfter(Duration.ofMillis(1));
        intervals(1);
        assertEquals(0, checker.status().waiting());
        assertEquals(Health.UP, health(REAL).state().health());
    }

    @Test
    void orders_and_seeds_that_a_stuck_thread_has_not_taken_hold_on_the_next() {
        update(REAL);
        intervals(2);
        loop().getStuck();
        checker.order(REAL, Order.DRAIN, "ordered by the test");
        Target newcomer = target(2, tcp());
        checker.seed(newcomer, Health.DOWN);
        var applied = checker.update(List.of(REAL, newcomer));
        watchFor(Duration.ofSeconds(12));
        loop().settle();
        assertTrue(applied.isDone());
        assertEquals(Health.DRAIN, health(REAL).state().health());
        assertEquals(
                Health.DOWN,
                Objects.requireNonNull(applied.join().get(newcomer)).state().health());
    }

    @Test
    void after_a_replacement_of_the_thread_targets_wait_for_their_turns() {
        Target[] targets =
                IntStream.range(0, 1000).mapToObj(i -> target(i, tcp())).toArray(Target[]::new);
        update(targets);
        intervals(3);
        long probesBefore = checker.status().probes();
        loop().getStuck();
        Watchdog watchdog = Watchdog.idle(checker);
        for (long second = 0; loops.size() == 1; second++) {
            loop().advance(Duration.ofSeconds(1));
            watchdog.look(Duration.ofSeconds(second).toNanos());
        }
        watchdog.close();
        assertTrue(checker.status().probes() >= probesBefore, "the count goes on");
        for (int quarter = 0; quarter < 4; quarter++) {
            long before = checker.status().probes();
            intervals(0.25);
            long count = checker.status().probes() - before;
            assertTrue(count > 150 && count < 350, () -> count + " of 1000 probes in a quarter of the interval");
        }
    }

    @Test
    void targets_that_come_back_after_a_failed_update_have_their_whole_state() {
        update(REAL);
        intervals(2);
        probe().answer(REAL, FAIL);
        intervals(3);
        TargetHealth before = health(REAL);
        assertEquals(2, before.history().size());
        update(target(2, tcp()));
        intervals(0.1);
        var applied = checker.update(List.of(REAL), Map.of(REAL, before));
        loop().settle();
        assertEquals(before, applied.join().get(REAL));
    }
}
