// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.ProgramSettings.Ticks;
import dev.thresher.config.FlowSettings;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingsSourceTest {
    private static final Duration HOUR = Duration.ofHours(1);

    @ParameterizedTest
    @ValueSource(ints = {100, 250, 300, 1000})
    void theLongestTimeout_fitsAnEntryOnEveryKernel(int hz) {
        Ticks ticks = SettingsSource.ticks(new FlowSettings(1024, HOUR, HOUR, HOUR), hz);

        double seconds = (double) (1 << ticks.shift()) / hz;
        assertTrue(seconds > 0.7 && seconds < 1.8, seconds + " s a tick");
        assertTrue(ticks.longIdle() <= FlowEntry.LARGEST_TIMEOUT, ticks.toString());
        assertEquals(3_600, ticks.longIdle() * seconds, 2);
    }

    @Test
    void theClock_doesNotDependOnTheConfiguration() {
        FlowSettings brief =
                new FlowSettings(1024, Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1));

        assertEquals(
                SettingsSource.ticks(FlowSettings.DEFAULT, 250).shift(),
                SettingsSource.ticks(brief, 250).shift());
    }
}
