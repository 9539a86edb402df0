// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.daemon.state.Fill;
import java.util.List;
import org.junit.jupiter.api.Test;

class FillsTest {
    private static Fill members(long used) {
        return new Fill("members", "thresher.capacity.members", used, 2000);
    }

    @Test
    void warnings_beginAt80Percent_andNameTheSetting() {
        assertEquals(List.of(), Fills.warnings(List.of(members(1599))));
        assertEquals(
                List.of("1,600 of 2,000 members are in use, 80 %; raise thresher.capacity.members before it is full"),
                Fills.warnings(List.of(members(1600))));
    }
}
