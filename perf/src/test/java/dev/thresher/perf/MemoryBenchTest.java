// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.layout.MapNames;
import dev.thresher.daemon.datapath.DatapathException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Needs root. */
class MemoryBenchTest {
    @Test
    void connection_table_takes_eight_bytes_a_flow_and_each_vip_its_maglev_table() throws DatapathException {
        try (LargeBalancer two = LargeBalancer.open(2, 4, 1 << 20);
                LargeBalancer four = LargeBalancer.open(4, 8, 1 << 20)) {
            Map<String, Long> memory = two.memory();
            long flows = memory.getOrDefault(MapNames.FLOWS, 0L);
            assertEquals(8.0, (double) flows / (1 << 20), 0.1);
            long twoTables = four.memory().getOrDefault(MapNames.TABLES, 0L) - memory.getOrDefault(MapNames.TABLES, 0L);
            assertEquals(2.0, (double) twoTables / MapNames.TABLE_BYTES, 0.1);
        }
    }

    @Test
    void target_counts_for_the_sizes_that_it_was_set_for() {
        Map<String, Long> memory = Map.of("a", 200L << 20, "b", 100L << 20);
        assertTrue(MemoryBench.Report.of(memory, null).ok());
        MemoryBench.Report missed = MemoryBench.Report.of(memory, 256.0);
        assertEquals(300L << 20, missed.bytes());
        assertEquals("a", missed.maps().get(0).name());
        assertTrue(!missed.ok());
    }
}
