// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.InstancePins;
import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.ProgramSettings;
import dev.thresher.config.XdpMode;
import dev.thresher.daemon.state.Traffic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A process that dies at each step from one program to the next in turn: there is a program at work all the time, and the
 * next start has all flows and counters, those of the last moment too.
 */
@Timeout(240)
class HandoverCrashTest extends PinnedDatapath {
    /** More than any change has. */
    private static final int MOST_STEPS = 20;

    /** Whether it died on the way. */
    private boolean died(String change, int flows, int steps) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrashedHandover.class.getName(),
                        pins.instance(),
                        link,
                        Integer.toString(flows),
                        change,
                        Integer.toString(steps))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        assertTrue(status == 0 || status == CrashedHandover.DIED, output);
        return status == CrashedHandover.DIED;
    }

    /** A process of ours, with a program of its own, for each step. */
    private void begin(int steps) throws DatapathException {
        pins = new InstancePins(interfaces.instance("s" + steps));
        startAndStop(config());
        track(99);
    }

    /** By then the late packets have come, unless the process died before them. */
    private void assertGoesOn(int flows, int steps) throws DatapathException, IOException {
        int packets = steps > 0 ? CrashedHandover.LATE_PACKETS : 5;
        try (KernelDatapath datapath = KernelDatapath.open(config(pins.instance(), link, XdpMode.AUTO, flows))) {
            assertFalse(datapath.startsOver());
            assertEquals(Map.of(MEMBER, RECORD), datapath.members());
            datapath.activate();
            List<Traffic> traffic = datapath.counters().members(MEMBER + 1);
            assertEquals(
                    new Traffic(packets, 100L * packets, 1),
                    new Traffic(
                            traffic.get(0).packets() + traffic.get(MEMBER).packets(),
                            traffic.get(0).bytes() + traffic.get(MEMBER).bytes(),
                            traffic.get(0).newFlows() + traffic.get(MEMBER).newFlows()),
                    "died at step " + steps);
        }
        assertEquals(MEMBER, FlowEntry.memberOf(trackedAt(99)), "died at step " + steps);
        if (steps > 0) {
            assertEquals(MEMBER, FlowEntry.memberOf(trackedAt(CrashedHandover.LATE_PLACE)), "died at step " + steps);
        }
        try (var pinned = Files.list(pins.directory())) {
            assertEquals(List.of(pins.link()), pinned.toList(), "died at step " + steps);
        }
    }

    private void diesAtEachStep(String change, boolean otherVersion, int flows, int flowsAfter) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        boolean died = true;
        int steps = 0;
        for (; died && steps < MOST_STEPS; steps++) {
            begin(steps);
            if (otherVersion) {
                attachVersion(ProgramSettings.ABI_VERSION + 1);
            }
            over.set(false);
            CompletableFuture<Integer> gaps = CompletableFuture.supplyAsync(() -> {
                int missing = 0;
                while (!over.get()) {
                    missing += attached(link).isPresent() ? 0 : 1;
                    LockSupport.parkNanos(100_000); // the CPUs are for those who are watched
                }
                return missing;
            });
            try {
                died = died(change, flows, steps);
                assertGoesOn(flowsAfter, steps);
            } finally {
                over.set(true);
            }
            assertEquals(0, gaps.get(), "died at step " + steps);
            pins.detach();
        }
        assertFalse(died, "the change never ends");
        assertTrue(steps > 6, "there are steps to die at");
    }

    @Test
    void start_afterAnotherVersion() throws Exception {
        diesAtEachStep("start", true, 2 * FLOWS, 2 * FLOWS);
    }

    @Test
    void start_afterAnotherVersion_andThenWithAnotherSize() throws Exception {
        diesAtEachStep("start", true, 2 * FLOWS, FLOWS);
    }

    @Test
    void resize() throws Exception {
        diesAtEachStep("resize", false, FLOWS, FLOWS);
    }
}
