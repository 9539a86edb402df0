// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.net.InetAddresses;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.config.Failover.DeadFlows;
import dev.thresher.config.PoolPolicy;
import dev.thresher.daemon.plan.VipPlan.MemberPlan;
import dev.thresher.daemon.plan.VipPlan.Mode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VipPlannerTest {
    private static final long NOW = TimeUnit.HOURS.toNanos(3);

    private final List<Tier> tiers = new ArrayList<>();
    private DeadFlows deadFlows = DeadFlows.REPICK;

    // - pools and their order

    @Test
    void those_that_are_up_serve_and_the_flows_of_the_others_move() {
        pool("web", up(1), down(2), unknown(3));
        assertPlan(Mode.NORMAL, "web");
        assertEquals(MemberState.UP, member(1).state());
        assertEquals(MemberState.DOWN, member(2).state());
        assertEquals(MemberState.DOWN, member(3).state());
        assertEquals(Long.MAX_VALUE, plan().untilNanos());
    }

    @Test
    void weights_are_those_of_the_configuration_in_their_lowest_terms() {
        pool("web", up(1, 20), up(2, 30), down(3));
        assertEquals(Map.of(1, 2, 2, 3, 3, 0), tableWeights());
        assertEquals(20, member(1).effectiveWeight());
        assertEquals(0, member(3).effectiveWeight());
    }

    @Test
    void a_fallback_serves_while_its_predecessor_has_too_few() {
        pool("web", minHealthy(2), up(1), down(2), down(3));
        pool("spare", up(8), up(9));
        assertPlan(Mode.FALLBACK, "spare");
        assertEquals(MemberState.UP, member(8).state());
        assertEquals(MemberState.DRAIN, member(1).state(), "it lives, and keeps the flows that it has");
        assertEquals(MemberState.DOWN, member(2).state());
    }

    @Test
    void a_fallback_that_is_not_needed_gets_nothing_and_keeps_its_flows() {
        pool("web", minHealthy(2), up(1), up(2), down(3));
        pool("spare", up(8), down(9));
        assertPlan(Mode.NORMAL, "web");
        assertEquals(MemberState.DRAIN, member(8).state());
        assertEquals(0, member(8).tableWeight());
        assertEquals(MemberState.DOWN, member(9).state());
    }

    @Test
    void fallbacks_are_tried_in_their_order() {
        pool("web", down(1));
        pool("near", down(2));
        pool("far", up(3));
        assertPlan(Mode.FALLBACK, "far");
    }

    @Test
    void too_few_are_better_than_none() {
        pool("web", minHealthy(3), up(1), down(2), down(3));
        pool("spare", minHealthy(2), up(8), down(9));
        assertPlan(Mode.SHORT, "web");
        assertEquals(MemberState.UP, member(1).state());
    }

    @Test
    void with_none_up_anywhere_nobody_serves() {
        pool("web", down(1));
        pool("spare", down(8));
        assertPlan(Mode.NONE, "web");
    }

    @Test
    void those_that_nobody_has_judged_yet_are_no_reason_to_leave_a_pool() {
        pool("web", minHealthy(2), up(1), unknown(2));
        pool("spare", up(8), up(9));
        assertPlan(Mode.NORMAL, "web");
        assertEquals(MemberState.DOWN, member(2).state());
    }

    @Test
    void a_real_server_of_two_pools_counts_where_it_serves() {
        pool("web", minHealthy(2), up(1, 7), down(2));
        pool("all", up(1, 3), up(9, 1));
        assertPlan(Mode.FALLBACK, "all");
        assertEquals(3, plan().members().size());
        assertEquals("all", member(1).pool());
        assertEquals(3, member(1).tableWeight());
    }

    // - panic

    @Test
    void a_fallback_that_has_one_up_goes_before_panic_where_nobody_is() {
        pool("web", panic(50), down(1), down(2));
        pool("spare", minHealthy(2), up(9), down(8));
        assertPlan(Mode.SHORT, "spare");
        assertEquals(MemberState.UP, member(9).state());
        assertEquals(0, member(1).tableWeight());
    }

    @ParameterizedTest(name = "{0} of 4 up, threshold {1} %: {2}")
    @CsvSource({
        "2, 50, NORMAL",
        "1, 50, PANIC",
        "0, 50, PANIC",
        "0, 0, NONE",
        "3, 100, PANIC",
        "4, 100, NORMAL",
        "1, 25, NORMAL"
    })
    void with_fewer_up_than_the_threshold_all_serve(int ups, int threshold, Mode expected) {
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            candidates.add(i <= ups ? up(i) : down(i));
        }
        pool("web", panic(threshold), candidates.toArray(Candidate[]::new));
        assertPlan(expected, "web");
        if (expected == Mode.PANIC) {
            plan().members().forEach(member -> assertEquals(MemberState.UP, member.state()));
        }
    }

    @Test
    void a_fallback_comes_before_panic() {
        pool("web", panic(50), down(1), down(2), up(3));
        pool("spare", up(9));
        assertPlan(Mode.FALLBACK, "spare");
    }

    @Test
    void panic_does_not_bring_back_what_an_operator_took_out() {
        pool("web", panic(60), down(1), up(2), drained(3), out(4), up(5, 0));
        assertPlan(Mode.PANIC, "web");
        assertEquals(MemberState.UP, member(1).state());
        assertEquals(MemberState.DRAIN, member(3).state());
        assertEquals(MemberState.DOWN, member(4).state());
        assertEquals(MemberState.DRAIN, member(5).state());
    }

    @Test
    void a_start_is_no_panic() {
        pool("web", panic(50), unknown(1), unknown(2), unknown(3));
        assertPlan(Mode.NONE, "web");
    }

    // - flows of the dead

    @Test
    void flows_of_the_dead_stay_where_they_are_if_that_is_asked_for() {
        deadFlows = DeadFlows.KEEP;
        pool("web", up(1), down(2), unknown(3), out(4));
        assertEquals(MemberState.DRAIN, member(2).state());
        assertEquals(MemberState.DRAIN, member(3).state());
        assertEquals(MemberState.DOWN, member(4).state());
        assertEquals(Map.of(1, 1, 2, 0, 3, 0, 4, 0), tableWeights());
    }

    // - drain

    @Test
    void a_drained_real_server_keeps_its_flows_until_its_time_is_over() {
        PoolPolicy policy = new PoolPolicy(Duration.ZERO, Duration.ofMinutes(10), 1, 0);
        pool("web", policy, up(1), drained(2, Duration.ofMinutes(4)), drained(3, Duration.ofMinutes(10)));
        assertEquals(MemberState.DRAIN, member(2).state());
        assertEquals(MemberState.DOWN, member(3).state());
        assertEquals(Duration.ofMinutes(6), Duration.ofNanos(plan().untilNanos()));
    }

    @Test
    void weight_zero_drains() {
        pool("web", up(1), up(2, 0));
        assertEquals(MemberState.DRAIN, member(2).state());
        assertEquals(Long.MAX_VALUE, plan().untilNanos());
    }

    @Test
    void a_drained_one_is_not_among_those_that_are_up() {
        pool("web", minHealthy(2), up(1), drained(2));
        pool("spare", up(9));
        assertPlan(Mode.FALLBACK, "spare");
    }

    // - slow start

    @ParameterizedTest(name = "after {0} s: {1} to 5, for {2} s more")
    @CsvSource({"0, 1, 10", "9, 1, 1", "10, 2, 10", "25, 3, 5", "39, 4, 1"})
    void who_comes_back_gets_more_step_by_step(int seconds, int share, int untilNext) {
        pool("web", slowStart(40), up(1), back(2, seconds));
        assertEquals(Map.of(1, 5, 2, share), tableWeights());
        assertTrue(member(2).startsSlowly());
        assertEquals(Duration.ofSeconds(untilNext), Duration.ofNanos(plan().untilNanos()));
    }

    @Test
    void at_the_end_it_has_all_of_its_weight_and_nothing_is_left_to_do() {
        pool("web", slowStart(40), up(1), back(2, 40));
        assertEquals(Map.of(1, 1, 2, 1), tableWeights());
        assertEquals(Long.MAX_VALUE, plan().untilNanos());
    }

    @Test
    void a_pool_that_comes_back_as_a_whole_has_one_table_all_the_while() {
        pool("web", slowStart(40), back(1, 3), back(2, 3));
        assertEquals(Map.of(1, 1, 2, 1), tableWeights());
    }

    @Test
    void the_weight_that_is_shown_is_that_of_the_configuration() {
        pool("web", slowStart(40), up(1, 10), back(2, 10, 10));
        assertEquals(4, member(2).effectiveWeight());
        assertEquals(10, member(1).effectiveWeight());
    }

    @Test
    void the_largest_weights_fit_the_table_too() {
        pool("web", slowStart(40), up(1, 65_535), back(2, 10, 65_534));
        assertEquals(Map.of(1, 65_535, 2, 26_214), tableWeights());
    }

    @Test
    void panic_does_not_wait_for_a_slow_start() {
        PoolPolicy policy = new PoolPolicy(Duration.ofSeconds(40), null, 1, 100);
        pool("web", policy, back(1, 3), down(2));
        assertPlan(Mode.PANIC, "web");
        assertEquals(Map.of(1, 1, 2, 1), tableWeights());
    }

    private void pool(String name, Candidate... candidates) {
        pool(name, PoolPolicy.DEFAULT, candidates);
    }

    private void pool(String name, PoolPolicy policy, Candidate... candidates) {
        tiers.add(new Tier(name, policy, List.of(candidates)));
    }

    private VipPlan plan() {
        return new VipPlanner(NOW).plan(tiers, deadFlows);
    }

    private void assertPlan(Mode mode, String pool) {
        VipPlan plan = plan();
        assertEquals(mode, plan.mode());
        assertEquals(pool, plan.pool());
    }

    private MemberPlan member(int real) {
        return plan().members().stream()
                .filter(member -> number(member) == real)
                .findFirst()
                .orElseThrow();
    }

    private Map<Integer, Integer> tableWeights() {
        return plan().members().stream().collect(Collectors.toMap(VipPlannerTest::number, MemberPlan::tableWeight));
    }

    private static int number(MemberPlan member) {
        return member.real().getAddress()[3];
    }

    private static PoolPolicy minHealthy(int reals) {
        return new PoolPolicy(Duration.ZERO, null, reals, 0);
    }

    private static PoolPolicy panic(int percent) {
        return new PoolPolicy(Duration.ZERO, null, 1, percent);
    }

    private static PoolPolicy slowStart(int seconds) {
        return new PoolPolicy(Duration.ofSeconds(seconds), null, 1, 0);
    }

    private static Candidate candidate(int number, int weight, Standing standing, Duration ago, boolean comesBack) {
        return new Candidate(
                InetAddresses.forString("10.0.0." + number), weight, standing, NOW - ago.toNanos(), comesBack);
    }

    private static Candidate up(int number) {
        return up(number, 1);
    }

    private static Candidate up(int number, int weight) {
        return candidate(number, weight, Standing.UP, Duration.ofHours(1), false);
    }

    private static Candidate back(int number, int seconds) {
        return back(number, seconds, 1);
    }

    private static Candidate back(int number, int seconds, int weight) {
        return candidate(number, weight, Standing.UP, Duration.ofSeconds(seconds), true);
    }

    private static Candidate down(int number) {
        return candidate(number, 1, Standing.DOWN, Duration.ofMinutes(1), false);
    }

    private static Candidate unknown(int number) {
        return candidate(number, 1, Standing.UNKNOWN, Duration.ofMinutes(1), false);
    }

    private static Candidate drained(int number) {
        return drained(number, Duration.ofMinutes(1));
    }

    private static Candidate drained(int number, Duration ago) {
        return candidate(number, 1, Standing.DRAIN, ago, false);
    }

    private static Candidate out(int number) {
        return candidate(number, 1, Standing.OUT, Duration.ofMinutes(1), false);
    }
}
