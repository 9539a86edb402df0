// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Targets that do as the test says. Fails the test if probes of one target overlap. */
final class ScriptedProbe implements Probe {
    static final ProbeResult PASS = ProbeResult.passed("connected");
    static final ProbeResult FAIL = ProbeResult.failed("connection refused");

    private final ManualLoop loop;
    private final Map<Target, ProbeResult> answers = new HashMap<>();
    private final Map<Target, List<Long>> starts = new HashMap<>();
    private final Set<Target> underWay = new HashSet<>();
    private final Map<Target, List<Boolean>> deciding = new HashMap<>();
    private Duration latency = Duration.ofMillis(1);

    ScriptedProbe(ManualLoop loop) {
        this.loop = loop;
    }

    /** What probes of {@code target} find from now on; connected is the default. */
    void answer(Target target, ProbeResult result) {
        answers.put(target, result);
    }

    ProbeResult answerOf(Target target) {
        return answers.getOrDefault(target, PASS);
    }

    void answerAfter(Duration delay) {
        latency = delay;
    }

    /** When each probe of {@code target} began. */
    List<Long> starts(Target target) {
        return starts.getOrDefault(target, List.of());
    }

    /** Which probes of {@code target} a verdict might come of. */
    List<Boolean> deciding(Target target) {
        return deciding.getOrDefault(target, List.of());
    }

    Set<Target> underWay() {
        return Set.copyOf(underWay);
    }

    @Override
    public Cancellable start(ProbeContext context, Consumer<ProbeResult> done) {
        Target target = context.target();
        assertTrue(underWay.add(target), () -> "two probes of " + target + " at once");
        starts.computeIfAbsent(target, first -> new ArrayList<>()).add(loop.nanoTime());
        deciding.computeIfAbsent(target, first -> new ArrayList<>()).add(context.decides());
        Runnable answer = () -> {
            underWay.remove(target);
            done.accept(answerOf(target));
        };
        Cancellable pending = loop.schedule(answer, latency.toNanos());
        return () -> {
            pending.cancel();
            underWay.remove(target);
        };
    }
}
