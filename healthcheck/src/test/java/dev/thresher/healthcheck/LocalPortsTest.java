// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LocalPortsTest {
    private static List<Integer> next(LocalPorts ports, int count) {
        return IntStream.range(0, count).mapToObj(i -> ports.next()).toList();
    }

    @Test
    void ports_come_one_after_the_other_and_begin_anew_at_the_end() {
        assertEquals(List.of(5003, 5000, 5001, 5002, 5003), next(new LocalPorts("5000\t5003", "", 0.99), 5));
    }

    @Test
    void what_is_reserved_for_services_is_left_to_them() {
        LocalPorts ports = new LocalPorts("5000\t5009", "80,5000,5002-5004,5006,5009,9999", 0);
        assertEquals(List.of(5001, 5005, 5007, 5008, 5001), next(ports, 5));
    }

    @Test
    void a_range_that_is_reserved_as_a_whole_is_used_all_the_same() {
        assertEquals(List.of(5000, 5001, 5000), next(new LocalPorts("5000\t5001", "4000-6000", 0), 3));
    }

    @Test
    void without_the_kernels_word_its_defaults_hold() {
        assertEquals(List.of(32_768, 32_769), next(new LocalPorts("", "", 0), 2));
        int port = LocalPorts.ofThisHost().next();
        assertTrue(port >= 1 && port <= 65_535, () -> "port " + port);
    }
}
