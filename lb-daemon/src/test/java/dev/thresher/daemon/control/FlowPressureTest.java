// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.config.FlowSettings;
import dev.thresher.daemon.state.FlowCensus;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class FlowPressureTest {
    private static final FlowCensus HALF_FULL = new FlowCensus(1_048_576, 500_000, 24_288, 0);

    private final FlowPressure pressure = new FlowPressure();

    @Test
    void aTableWithRoom_isNoReasonToWarn() {
        assertEquals(List.of(), pressure.observe(seconds(0), HALF_FULL, 5_000, 70));
        assertEquals(List.of(), pressure.observe(seconds(1), HALF_FULL, 5_000, 70));
    }

    @Test
    void fourFifthsFull_saysWhichSettingToRaise() {
        assertEquals(
                List.of("the connection table is 80 % full, 838,861 of 1,048,576 flows;"
                        + " raise thresher.flows.max, which is 1048576, to 2097152"),
                pressure.observe(seconds(0), new FlowCensus(1_048_576, 838_861, 0, 0), 0, 0));
    }

    @Test
    void expiredEntries_doNotFillTheTable() {
        assertEquals(List.of(), pressure.observe(seconds(0), new FlowCensus(1_024, 100, 0, 900), 0, 0));
    }

    @Test
    void flowsThatSufferWithinAMinute_areCountedUntilItIsOver() {
        pressure.observe(seconds(0), HALF_FULL, 1_000, 70);
        List<String> warned = List.of(
                "the connection table had no room for a flow 1,234 times in the last minute: such flows may move"
                        + " when a real server comes or goes; raise thresher.flows.max, which is 1048576, to 2097152",
                "30 idle flows had to make room in the connection table in the last minute;"
                        + " raise thresher.flows.max, which is 1048576, to 2097152");
        assertEquals(warned, pressure.observe(seconds(1), HALF_FULL, 2_234, 100));
        assertEquals(warned, pressure.observe(seconds(60), HALF_FULL, 2_234, 100));

        assertEquals(List.of(), pressure.observe(seconds(61), HALF_FULL, 2_234, 100));
    }

    @Test
    void aTableThatCannotGrow_isGivenOtherAdvice() {
        int largest = FlowSettings.MAX_MAX;
        assertEquals(
                List.of("the connection table is 100 % full, 67,108,864 of 67,108,864 flows;"
                        + " thresher.flows.max is as large as it can be: shorten thresher.flows.tcp-idle-timeout"),
                pressure.observe(seconds(0), new FlowCensus(largest, largest, 0, 0), 0, 0));
    }

    /** A clock that passes through the largest number. */
    private static long seconds(int seconds) {
        return Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(30) + TimeUnit.SECONDS.toNanos(seconds);
    }
}
