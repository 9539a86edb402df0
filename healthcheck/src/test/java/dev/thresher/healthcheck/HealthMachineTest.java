// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.CheckThresholds;
import dev.thresher.config.Order;
import java.util.List;
import org.junit.jupiter.api.Test;

class HealthMachineTest {
    private static final ProbeResult PASS = ProbeResult.passed("HTTP 200");
    private static final ProbeResult FAIL = ProbeResult.failed("connection refused");
    private static final HealthMachine MACHINE = new HealthMachine(CheckThresholds.of(2, 3));

    private static HealthMachine.Step run(HealthState state, ProbeResult... results) {
        HealthMachine.Step step = new HealthMachine.Step(state, null);
        long nowNanos = state.sinceNanos();
        for (ProbeResult result : results) {
            step = MACHINE.step(step.state(), result, ++nowNanos);
        }
        return step;
    }

    private static HealthState state(Health health) {
        return HealthState.initial(health, 0);
    }

    @Test
    void an_unknown_target_comes_up_on_its_first_success() {
        HealthMachine.Step step = run(state(Health.UNKNOWN), FAIL, FAIL, PASS);
        assertEquals(counted(Health.UP, 1, 0, 3, 3), step.state());
        assertEquals(new Transition(Health.UNKNOWN, Health.UP, 3, "HTTP 200, 1 of 1 passed"), step.transition());
    }

    @Test
    void an_unknown_target_goes_down_after_fall_failures() {
        assertEquals(
                Health.UNKNOWN, run(state(Health.UNKNOWN), FAIL, FAIL).state().health());
        assertEquals(
                new Transition(Health.UNKNOWN, Health.DOWN, 3, "connection refused, 3 of 3 failed"),
                run(state(Health.UNKNOWN), FAIL, FAIL, FAIL).transition());
    }

    @Test
    void where_one_result_is_enough_each_may_decide() {
        HealthState up = run(state(Health.UNKNOWN), PASS).state();
        HealthState down = run(state(Health.UNKNOWN), FAIL, FAIL, FAIL).state();
        assertFalse(MACHINE.mayDecide(up, 9));
        assertFalse(MACHINE.mayDecide(down, 9));
        CheckThresholds usual = MACHINE.thresholds();
        HealthMachine hasty = new HealthMachine(new CheckThresholds(1, 1, usual.flapLimit(), usual.flapWindow()));
        assertTrue(hasty.mayDecide(up, 9));
        assertTrue(hasty.mayDecide(down, 9));
    }

    @Test
    void a_success_between_failures_starts_the_count_anew() {
        HealthMachine.Step step = run(state(Health.UP), FAIL, FAIL, PASS, FAIL, FAIL);
        assertEquals(counted(Health.UP, 0, 2, 0, 3), step.state());
        assertEquals(Health.DOWN, run(step.state(), FAIL).state().health());
    }

    @Test
    void a_target_that_is_down_needs_rise_successes() {
        assertNull(run(state(Health.DOWN), PASS).transition());
        assertEquals(
                new Transition(Health.DOWN, Health.UP, 2, "HTTP 200, 2 of 2 passed"),
                run(state(Health.DOWN), PASS, PASS).transition());
    }

    @Test
    void a_standing_verdict_is_not_announced_again() {
        assertNull(run(state(Health.DOWN), FAIL, FAIL, FAIL, FAIL).transition());
        assertEquals(
                counted(Health.UP, 4, 0, 0, 1),
                run(state(Health.UP), PASS, PASS, PASS, PASS).state());
    }

    @Test
    void an_inconclusive_probe_changes_nothing() {
        HealthState twoFailures = run(state(Health.UP), FAIL, FAIL).state();
        HealthMachine.Step step = run(twoFailures, ProbeResult.inconclusive("too many open files"));
        assertEquals(new HealthMachine.Step(twoFailures, null), step);
    }

    @Test
    void counts_stop_at_the_largest_number() {
        HealthState weary = counted(Health.UP, Integer.MAX_VALUE, 0, 0, 0);
        assertEquals(weary, run(weary, PASS).state());
    }

    private static HealthState counted(
            Health verdict, int successes, int failures, long sinceNanos, long passingSinceNanos) {
        return new HealthState(verdict, Order.SERVE, successes, failures, sinceNanos, passingSinceNanos, List.of());
    }
}
