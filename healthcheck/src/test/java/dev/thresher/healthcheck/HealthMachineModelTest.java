// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.CheckThresholds;
import dev.thresher.config.Order;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple2;

/**
 * The machine against an oracle that remembers everything that ever happened and looks it all through each time. jqwik
 * prints seeds.
 */
class HealthMachineModelTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    /** What happens: P a success, F a failure, ? an inconclusive probe, and the orders S, D and M. */
    private record Event(char letter, int afterSeconds, CheckThresholds thresholds) {
        HealthMachine.Step apply(HealthState state, long nowNanos) {
            HealthMachine machine = new HealthMachine(thresholds);
            return switch (letter) {
                case 'S' -> machine.order(state, Order.SERVE, "ordered", nowNanos);
                case 'D' -> machine.order(state, Order.DRAIN, "ordered", nowNanos);
                case 'M' -> machine.order(state, Order.MAINTENANCE, "ordered", nowNanos);
                case 'P' -> machine.step(state, ProbeResult.passed("passed"), nowNanos);
                case 'F' -> machine.step(state, ProbeResult.failed("failed"), nowNanos);
                default -> machine.step(state, ProbeResult.inconclusive("blind"), nowNanos);
            };
        }
    }

    private static final class Oracle {
        /** Successes and failures since the verdict was last forgotten, one letter each, and when they came. */
        private String seen = "";

        private final List<Long> moments = new ArrayList<>();
        private final List<Long> downs = new ArrayList<>();
        private Health verdict = Health.UNKNOWN;
        private char order = 'S';

        void see(Event event, long now) {
            char letter = event.letter();
            if ("SDM".indexOf(letter) >= 0) {
                if (letter == 'M' || order == 'M') {
                    forget();
                }
                order = letter;
            } else if (letter != '?' && order != 'M') {
                seen += letter;
                moments.add(now);
                judge(event.thresholds(), now);
            }
        }

        private void forget() {
            seen = "";
            moments.clear();
            downs.clear();
            verdict = Health.UNKNOWN;
        }

        private void judge(CheckThresholds thresholds, long now) {
            boolean bad = seen.endsWith("F".repeat(thresholds.fall()));
            boolean good = seen.endsWith("P".repeat(thresholds.rise()));
            switch (verdict) {
                case UNKNOWN -> verdict = seen.endsWith("P") ? Health.UP : bad ? Health.DOWN : Health.UNKNOWN;
                case UP -> {
                    if (bad) {
                        verdict = Health.DOWN;
                        downs.add(now);
                    }
                }
                default -> verdict = good && !held(thresholds, now) ? Health.UP : Health.DOWN;
            }
        }

        private boolean held(CheckThresholds thresholds, long now) {
            int limit = thresholds.flapLimit();
            if (limit == 0 || downs.size() < limit) {
                return false;
            }
            long window = thresholds.flapWindow().toNanos();
            long oldest = downs.get(downs.size() - limit);
            boolean flaps = downs.get(downs.size() - 1) - oldest <= window;
            long passingSince = moments.get(seen.lastIndexOf('F') + 1);
            return flaps && now - passingSince < window;
        }

        Health health() {
            return switch (order) {
                case 'M' -> Health.MAINTENANCE;
                case 'D' -> verdict == Health.UP ? Health.DRAIN : verdict;
                default -> verdict;
            };
        }

        int run(char letter) {
            return seen.length() - seen.replaceAll(letter + "+$", "").length();
        }
    }

    @Provide
    Arbitrary<List<Event>> events() {
        Arbitrary<CheckThresholds> thresholds = Combinators.combine(
                        Arbitraries.integers().between(1, 4),
                        Arbitraries.integers().between(1, 4),
                        Arbitraries.integers().between(1, 60))
                .as((rise, fall, window) -> new CheckThresholds(rise, fall, 2, Duration.ofSeconds(window)));
        Arbitrary<Character> letters =
                Arbitraries.frequency(tuple(9, 'P'), tuple(9, 'F'), tuple(1, '?'), tuple(1, 'D'), tuple(1, 'S'));
        Arbitrary<Character> all = Arbitraries.frequencyOf(Tuple.of(40, letters), Tuple.of(1, Arbitraries.just('M')));
        Arbitrary<Integer> seconds = Arbitraries.integers().between(0, 10);
        Arbitrary<List<Tuple2<Character, Integer>>> runs = Combinators.combine(all, seconds)
                .as(Tuple::of)
                .list()
                .ofMinSize(1)
                .ofMaxSize(40);
        // Thresholds hold for a while and then change, as they do in reloads.
        return Combinators.combine(runs, thresholds)
                .as((run, held) -> run.stream()
                        .map(event -> new Event(event.get1(), event.get2(), held))
                        .toList())
                .list()
                .ofMaxSize(6)
                .map(parts -> parts.stream().flatMap(List::stream).toList());
    }

    private static Tuple2<Integer, Character> tuple(int frequency, char letter) {
        return Tuple.of(frequency, letter);
    }

    @Property
    void machine_agrees_with_the_oracle(@ForAll("events") List<Event> events) {
        Oracle oracle = new Oracle();
        HealthState state = HealthState.initial(Health.UNKNOWN, 0);
        long now = 0;
        long since = 0;
        for (Event event : events) {
            now += event.afterSeconds() * SECOND;
            Health before = oracle.health();
            oracle.see(event, now);
            since = oracle.health() == before ? since : now;
            HealthMachine.Step step = event.apply(state, now);
            assertEquals(oracle.health(), step.state().health());
            assertEquals(oracle.verdict, step.state().verdict());
            assertEquals(oracle.run('P'), step.state().successes());
            assertEquals(oracle.run('F'), step.state().failures());
            assertEquals(since, step.state().sinceNanos());
            assertTransitionExplains(state, step, now);
            state = step.state();
        }
    }

    private static void assertTransitionExplains(HealthState before, HealthMachine.Step step, long now) {
        Transition transition = step.transition();
        if (transition == null) {
            assertEquals(before.health(), step.state().health());
            return;
        }
        assertEquals(before.health(), transition.from());
        assertEquals(step.state().health(), transition.to());
        assertNotEquals(transition.from(), transition.to());
        assertEquals(now, transition.atNanos());
        assertTrue(transition.reason().matches("(passed|failed), .+|ordered"), transition.reason());
    }

    @Property
    void a_target_that_flaps_faster_than_the_thresholds_never_changes(@ForAll("events") List<Event> events) {
        HealthState state = HealthState.initial(Health.UP, 0);
        boolean pass = false;
        for (Event event : events) {
            ProbeResult result = pass ? ProbeResult.passed("passed") : ProbeResult.failed("failed");
            int fall = event.thresholds().fall() + 1;
            HealthMachine.Step step = new HealthMachine(CheckThresholds.of(2, fall)).step(state, result, 1);
            assertNull(step.transition());
            state = step.state();
            pass = !pass;
        }
    }

    @Property
    void damping_bounds_how_often_a_target_goes_down(@ForAll("events") List<Event> events) {
        HealthMachine machine = new HealthMachine(new CheckThresholds(1, 1, 2, Duration.ofSeconds(60)));
        HealthState state = HealthState.initial(Health.UP, 0);
        List<Long> downs = new ArrayList<>();
        long now = 0;
        for (Event event : events) {
            now += event.afterSeconds() * SECOND;
            boolean passes = event.letter() == 'P';
            HealthMachine.Step step =
                    machine.step(state, passes ? ProbeResult.passed("passed") : ProbeResult.failed("failed"), now);
            if (step.transition() != null && step.transition().to() == Health.DOWN) {
                downs.add(now);
            }
            state = step.state();
        }
        for (int i = 2; i < downs.size(); i++) {
            assertTrue(downs.get(i) - downs.get(i - 2) >= 60 * SECOND, "three times down within the window: " + downs);
        }
    }
}
