// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.thresher.config.InvalidConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/**
 * Random sequences of edits of the files, calls, crashes at any step, and restarts. After each of them what is in force, what
 * is kept, the number of the revision and the maps are what the {@link Oracle} says, or, after a crash, what it said before.
 * Whatever changes nothing writes nothing. jqwik prints seeds.
 */
class RevisionModelTest {
    private static final List<String> REALS = List.of("10.0.0.2", "10.0.0.3", "10.0.0.4", "fd00::5");
    private static final List<Integer> PORTS = List.of(80, 443, 8080);
    private static final int NO_CRASH = 1000;

    private enum Kind {
        EDIT_FILES,
        WEIGHT,
        REMOVE_REAL,
        ADD_REAL,
        REMOVE_VIP,
        ADD_VIP,
        WHOLE,
        ROLLBACK,
        DISCARD,
        COMMIT,
        RESTART
    }

    /**
     * What happens next.
     *
     * @param state of the files, or a whole text
     * @param pick of real servers, ports and revisions
     * @param crash steps until the daemon dies
     */
    private record Event(Kind kind, Map<String, String> state, int pick, int weight, int crash) {}

    @Provide
    Arbitrary<List<Event>> events() {
        Arbitrary<Event> event = Combinators.combine(
                        Arbitraries.of(Kind.class),
                        states(),
                        Arbitraries.integers().between(0, 11),
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.frequencyOf(
                                net.jqwik.api.Tuple.of(3, Arbitraries.just(NO_CRASH)),
                                net.jqwik.api.Tuple.of(1, Arbitraries.integers().between(0, 14))))
                .as(Event::new);
        return event.list().ofMinSize(1).ofMaxSize(14);
    }

    @Provide
    Arbitrary<Map<String, String>> states() {
        Arbitrary<Map<String, String>> reals = Arbitraries.maps(
                        Arbitraries.of(REALS).map(RevisionModelTest::realName),
                        Arbitraries.integers().between(0, 3).map(Object::toString))
                .ofMinSize(1)
                .ofMaxSize(REALS.size());
        Arbitrary<Map<String, String>> vips = Arbitraries.maps(
                        Arbitraries.of(PORTS).map(RevisionModelTest::vipName), Arbitraries.just("web"))
                .ofMaxSize(PORTS.size());
        return Combinators.combine(reals, vips).as((some, others) -> {
            Map<String, String> state = new TreeMap<>(some);
            state.putAll(others);
            return state;
        });
    }

    static String realName(String address) {
        return "real " + address + " in pool web";
    }

    static String vipName(int port) {
        return "vip 203.0.113.10:" + port + "/tcp";
    }

    @Property(tries = 40, shrinking = ShrinkingMode.BOUNDED)
    void whateverHappens_theMapsSayWhatIsWanted(
            @ForAll("states") Map<String, String> start, @ForAll("events") List<Event> events) throws Exception {
        Path dir = Files.createTempDirectory("thresher-model-");
        try (TestBalancer balancer = new TestBalancer(dir, start)) {
            Run run = new Run(balancer, Oracle.of(start));
            run.check();
            for (Event event : events) {
                run.happens(event);
                run.check();
            }
        } finally {
            delete(dir);
        }
    }

    private static void delete(Path dir) throws IOException {
        try (Stream<Path> files = Files.walk(dir)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** One sequence. */
    private static final class Run {
        private final TestBalancer balancer;
        private final Map<Long, Map<String, String>> past = new TreeMap<>();
        private Oracle oracle;

        Run(TestBalancer balancer, Oracle oracle) {
            this.balancer = balancer;
            this.oracle = oracle;
            past.put(1L, oracle.inForce());
        }

        void check() throws Exception {
            past.put(oracle.revision(), oracle.inForce());
            balancer.check(oracle);
        }

        void happens(Event event) throws Exception {
            balancer.crashAfter(event.crash());
            switch (event.kind()) {
                case EDIT_FILES -> editFiles(event.state());
                case RESTART -> balancer.restart();
                case DISCARD -> call(oracle.canDiscard(), oracle.afterDiscard(), balancer::discard);
                case COMMIT -> call(true, oracle.afterCommit(), balancer::commit);
                case WHOLE -> call(true, oracle.afterWhole(event.state()), () -> balancer.applyText(event.state()));
                case ROLLBACK -> {
                    long number = 1 + event.pick() % oracle.revision();
                    Oracle next = oracle.afterWhole(past.getOrDefault(number, Map.of()));
                    call(true, next, () -> balancer.rollback(number));
                }
                default -> edit(event);
            }
        }

        /** The files count at the next start whatever happens, unless nothing could start with them. */
        private void editFiles(Map<String, String> files) throws Exception {
            boolean taken = oracle.takes(files);
            balancer.write(files);
            boolean died = balancer.died(balancer::reload);
            if (taken) {
                oracle = oracle.afterReload(files);
            } else if (!died) {
                assertEquals(false, balancer.problems().isEmpty(), "errors are told");
            }
            if (!taken) {
                if (died) {
                    assertThrows(InvalidConfigException.class, balancer::restart);
                }
                balancer.write(oracle.files());
            }
            if (died) {
                balancer.restart();
            } else if (!taken) {
                balancer.reload();
            }
        }

        private void edit(Event event) throws Exception {
            String address = REALS.get(event.pick() % REALS.size());
            int port = PORTS.get(event.pick() % PORTS.size());
            String real = realName(address);
            String vip = vipName(port);
            Map<String, String> wanted = new TreeMap<>(oracle.inForce());
            boolean there = wanted.containsKey(event.kind().name().endsWith("VIP") ? vip : real);
            long reals = wanted.keySet().stream()
                    .filter(name -> name.startsWith("real "))
                    .count();
            boolean possible = switch (event.kind()) {
                case WEIGHT, REMOVE_VIP -> there;
                case REMOVE_REAL -> there && reals > 1;
                default -> !there;
            };
            switch (event.kind()) {
                case WEIGHT, ADD_REAL -> wanted.put(real, Integer.toString(event.weight()));
                case ADD_VIP -> wanted.put(vip, "web");
                case REMOVE_REAL -> wanted.remove(real);
                default -> wanted.remove(vip);
            }
            Oracle next = possible ? oracle.afterEdit(wanted) : oracle;
            call(possible, next, () -> balancer.edit(event.kind().name(), address, port, event.weight()));
        }

        /** After a crash either of the two is true. */
        private void call(boolean possible, Oracle next, TestBalancer.Step step) throws Exception {
            if (!possible) {
                balancer.crashAfter(NO_CRASH);
                assertThrows(RefusedException.class, step::make);
                return;
            }
            if (balancer.died(step)) {
                balancer.restart();
                oracle = balancer.is(next) ? next : oracle;
            } else {
                oracle = next;
            }
        }
    }
}
