// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The machine against an oracle that keeps every result as a letter and looks at how the text ends. jqwik prints seeds. */
class HealthMachineModelTest {
    private record Round(char letter, int rise, int fall) {
        ProbeResult result() {
            return switch (letter) {
                case 'P' -> ProbeResult.passed("passed");
                case 'F' -> ProbeResult.failed("failed");
                default -> ProbeResult.inconclusive("blind");
            };
        }
    }

    private static final class Oracle {
        private final StringBuilder seen = new StringBuilder();
        private Health health = Health.UNKNOWN;
        private long sinceNanos;

        void see(Round round, long nowNanos) {
            if (round.letter() == '?') {
                return;
            }
            Health before = health;
            seen.append(round.letter());
            boolean good = seen.toString().endsWith("P".repeat(round.rise()));
            boolean bad = seen.toString().endsWith("F".repeat(round.fall()));
            health = switch (before) {
                case UNKNOWN -> round.letter() == 'P' ? Health.UP : bad ? Health.DOWN : Health.UNKNOWN;
                case UP -> bad ? Health.DOWN : Health.UP;
                case DOWN -> good ? Health.UP : Health.DOWN;
            };
            sinceNanos = health == before ? sinceNanos : nowNanos;
        }

        int run(char letter) {
            int length = 0;
            while (length < seen.length() && seen.charAt(seen.length() - 1 - length) == letter) {
                length++;
            }
            return length;
        }

        HealthState state() {
            return new HealthState(health, run('P'), run('F'), sinceNanos);
        }
    }

    @Provide
    Arbitrary<List<Round>> rounds() {
        Arbitrary<Character> letters = Arbitraries.of('P', 'P', 'P', 'F', 'F', 'F', '?');
        Arbitrary<Integer> thresholds = Arbitraries.integers().between(1, 4);
        // Thresholds hold for a while and then change, as they do in reloads.
        return Combinators.combine(letters.list().ofMinSize(1).ofMaxSize(25), thresholds, thresholds)
                .as((run, rise, fall) -> run.stream()
                        .map(letter -> new Round(letter, rise, fall))
                        .toList())
                .list()
                .ofMaxSize(6)
                .map(runs -> runs.stream().flatMap(List::stream).toList());
    }

    @Property
    void machine_agrees_with_the_oracle(@ForAll("rounds") List<Round> rounds) {
        Oracle oracle = new Oracle();
        HealthState state = HealthState.initial(Health.UNKNOWN, 0);
        long nowNanos = 0;
        for (Round round : rounds) {
            nowNanos += 1000;
            oracle.see(round, nowNanos);
            HealthMachine.Step step =
                    new HealthMachine(round.rise(), round.fall()).step(state, round.result(), nowNanos);
            assertEquals(oracle.state(), step.state());
            assertTransitionExplains(state, step, round, nowNanos);
            state = step.state();
        }
    }

    private static void assertTransitionExplains(
            HealthState before, HealthMachine.Step step, Round round, long nowNanos) {
        Transition transition = step.transition();
        if (transition == null) {
            assertEquals(before.health(), step.state().health());
            return;
        }
        assertEquals(before.health(), transition.from());
        assertEquals(step.state().health(), transition.to());
        assertNotEquals(transition.from(), transition.to());
        assertEquals(nowNanos, transition.atNanos());
        assertTrue(transition.reason().startsWith(round.result().text() + ", "), transition.reason());
    }

    @Property
    void a_target_that_flaps_faster_than_the_thresholds_never_changes(@ForAll("rounds") List<Round> rounds) {
        HealthState state = HealthState.initial(Health.UP, 0);
        boolean pass = false;
        for (Round round : rounds) {
            ProbeResult result = pass ? ProbeResult.passed("passed") : ProbeResult.failed("failed");
            assertNull(new HealthMachine(2, round.fall() + 1)
                    .step(state, result, 1)
                    .transition());
            state = new HealthMachine(2, round.fall() + 1)
                    .step(state, result, 1)
                    .state();
            pass = !pass;
        }
    }
}
