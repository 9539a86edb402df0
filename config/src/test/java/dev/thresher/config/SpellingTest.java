// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SpellingTest {
    private static final List<String> KNOWN =
            List.of("interval", "timeout", "gateway-mac", "health-check", "rise", "fall", "protocol");

    @Test
    void distance_countsEdits() {
        assertEquals(0, Spelling.distance("rise", "rise"));
        assertEquals(4, Spelling.distance("", "rise"));
        assertEquals(1, Spelling.distance("rse", "rise"));
        assertEquals(1, Spelling.distance("risse", "rise"));
        assertEquals(1, Spelling.distance("rize", "rise"));
        assertEquals(3, Spelling.distance("kitten", "sitting"));
    }

    @Test
    void distance_swapOfNeighbours_isOneEdit() {
        assertEquals(1, Spelling.distance("ries", "rise"));
        assertEquals(3, Spelling.distance("ca", "abc"));
    }

    @Test
    void nearest_typo() {
        assertEquals(Optional.of("interval"), Spelling.nearest("intervall", KNOWN));
        assertEquals(Optional.of("timeout"), Spelling.nearest("tiemout", KNOWN));
    }

    @Test
    void nearest_otherCaseOrSeparator() {
        assertEquals(Optional.of("gateway-mac"), Spelling.nearest("gatewayMac", KNOWN));
        assertEquals(Optional.of("health-check"), Spelling.nearest("health_check", KNOWN));
    }

    @Test
    void nearest_part() {
        assertEquals(Optional.of("protocol"), Spelling.nearest("proto", KNOWN));
        assertEquals(Optional.of("timeout"), Spelling.nearest("connect-timeout", KNOWN));
    }

    @Test
    void nearest_nothingNear() {
        assertEquals(Optional.empty(), Spelling.nearest("retries", KNOWN));
        assertEquals(Optional.empty(), Spelling.nearest("", KNOWN));
    }
}
