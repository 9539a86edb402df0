// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class EpollLoopTest {
    @Test
    void what_is_due_within_a_millisecond_is_due_at_its_end() {
        assertEquals(5_000_000, EpollLoop.tickAfter(4_000_001));
        assertEquals(5_000_000, EpollLoop.tickAfter(5_000_000));
        assertEquals(6_000_000, EpollLoop.tickAfter(5_000_001));
        // System.nanoTime may be negative.
        assertEquals(-4_000_000, EpollLoop.tickAfter(-4_999_999));
        assertEquals(-5_000_000, EpollLoop.tickAfter(-5_000_000));
    }
}
