// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProbeGateTest {
    @Test
    void files_and_heap_bound_how_many_probes_are_under_way() {
        assertEquals(4096, ProbeGate.limitFor(1 << 20, 192 << 20));
        assertEquals(512, ProbeGate.limitFor(1024, 192 << 20));
        assertEquals(43_690, ProbeGate.limitFor(1 << 20, 2L << 30));
        assertEquals(1, ProbeGate.limitFor(1, 1 << 20));
    }

    @Test
    void those_who_find_no_room_come_in_turn() {
        ProbeGate gate = new ProbeGate(2, 0);
        List<Integer> begun = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int number = i;
            gate.enter(() -> begun.add(number));
        }
        assertEquals(List.of(0, 1), begun);
        assertEquals(2, gate.waiting());
        gate.leave();
        assertEquals(List.of(0, 1, 2), begun);
    }
}
