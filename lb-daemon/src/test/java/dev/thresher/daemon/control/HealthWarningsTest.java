// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.HealthCheck;
import dev.thresher.config.IpText;
import dev.thresher.healthcheck.CheckerStatus;
import dev.thresher.healthcheck.Health;
import dev.thresher.healthcheck.HealthState;
import dev.thresher.healthcheck.LastProbe;
import dev.thresher.healthcheck.ProbeResult;
import dev.thresher.healthcheck.Target;
import dev.thresher.healthcheck.TargetHealth;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class HealthWarningsTest {
    private static final long NOW = Duration.ofHours(1).toNanos();

    private static TargetHealth probed(int real, ProbeResult result, Duration ago) {
        Target target = new Target(IpText.parse("10.0.0." + real), HealthCheck.tcp(80));
        long ended = NOW - ago.toNanos();
        return new TargetHealth(
                target, HealthState.initial(Health.UP, 0), new LastProbe(result, ended, ended), List.of());
    }

    private static CheckerStatus checker(Duration sinceLife) {
        return checker(sinceLife, 0);
    }

    private static CheckerStatus checker(Duration sinceLife, int waiting) {
        return new CheckerStatus(sinceLife, Duration.ZERO, 0, 0, 0, Duration.ZERO, 0, waiting, 4096);
    }

    private static List<String> warnings(TargetHealth... healths) {
        return HealthWarnings.of(checker(Duration.ofMillis(100)), List.of(healths), NOW);
    }

    @Test
    void whatIsAsItShouldBe_isNoWarning() {
        assertEquals(List.of(), warnings(probed(2, ProbeResult.passed("connected"), Duration.ofSeconds(2))));
        assertEquals(List.of(), warnings(probed(2, ProbeResult.failed("refused"), Duration.ofSeconds(2))));
    }

    @Test
    void aProbeThatIsOverdue_isStale() {
        // Every 2 s give or take a tenth, for 1 s at most, and 2 s of grace.
        assertFalse(HealthWarnings.isStale(probed(2, ProbeResult.passed(""), Duration.ofMillis(5_100)), NOW));
        assertTrue(HealthWarnings.isStale(probed(2, ProbeResult.passed(""), Duration.ofMillis(5_300)), NOW));
        assertEquals(
                List.of("overdue: the newest probe of tcp://10.0.0.2:80 and 1 more: 7 s old, one is due every 2000 ms"),
                warnings(
                        probed(2, ProbeResult.passed(""), Duration.ofSeconds(7)),
                        probed(3, ProbeResult.passed(""), Duration.ofSeconds(8))));
    }

    @Test
    void aProbeFromBeforeAMaintenanceOrAnEdit_isNotOverdue_untilTheNextOneIs() {
        Target target = new Target(IpText.parse("10.0.0.2"), HealthCheck.tcp(80));
        long justNow = NOW - Duration.ofSeconds(2).toNanos();
        LastProbe old = new LastProbe(ProbeResult.passed(""), 0, 0);
        TargetHealth afterMaintenance =
                new TargetHealth(target, HealthState.initial(Health.UNKNOWN, justNow), old, List.of(), null, justNow);
        TargetHealth afterEdit =
                new TargetHealth(target, HealthState.initial(Health.UP, 0), null, List.of(), null, justNow);
        assertEquals(List.of(), warnings(afterMaintenance, afterEdit));
        long later = NOW + Duration.ofSeconds(4).toNanos();
        assertTrue(HealthWarnings.isStale(afterMaintenance, later));
        assertTrue(HealthWarnings.isStale(afterEdit, later));
    }

    @Test
    void whatIsNotProbed_isNeverStale() {
        Target target = new Target(IpText.parse("10.0.0.2"), HealthCheck.none());
        assertFalse(HealthWarnings.isStale(
                new TargetHealth(target, HealthState.initial(Health.UP, 0), null, List.of()), NOW));
    }

    @Test
    void whoCannotBeAsked_isNamedWithTheReason() {
        assertEquals(
                List.of("no verdict can be reached, and the last one stays, for tcp://10.0.0.2:80: no tunnel"),
                warnings(probed(2, ProbeResult.inconclusive("no tunnel"), Duration.ofSeconds(1))));
    }

    @Test
    void manyThatWaitForOthersProbes_areCounted_andAFewAreNot() {
        assertEquals(List.of(), HealthWarnings.of(checker(Duration.ZERO, 300), List.of(), NOW));
        assertEquals(
                List.of("5000 health checks wait for their turn, because 4096 probes are under way, the most that may"
                        + " be at once: many real servers are silent, or the limit of open files is low"),
                HealthWarnings.of(checker(Duration.ZERO, 5000), List.of(), NOW));
    }

    @Test
    void aCheckerThatStandsStill_isTheFirstThingToSay() {
        List<String> warnings = HealthWarnings.of(
                checker(Duration.ofSeconds(12)),
                List.of(probed(2, ProbeResult.passed(""), Duration.ofSeconds(12))),
                NOW);
        assertEquals("the health checks have stood still for 12 s, the last verdicts stay", warnings.get(0));
        assertEquals(2, warnings.size());
    }
}
