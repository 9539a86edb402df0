// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.perf.BenchReport.Case;
import java.util.List;
import org.junit.jupiter.api.Test;

class BenchReportTest {
    private static final BenchReport REPORT = new BenchReport(
            "ms",
            List.of(
                    Case.of("free", 1_500_000, 0.1, 1.5, null),
                    Case.of("fast", 2_000_000, 0.04, 2, 2.0),
                    Case.of("slow", 2_100_000, 0.5, 2.1, 2.0)));

    @Test
    void json_has_every_key_of_every_case() {
        assertEquals(
                "{\"cases\":["
                        + "{\"name\":\"free\",\"ns\":1500000.0,\"spread\":0.1,\"units\":1.5,\"target\":null,\"ok\":true},"
                        + "{\"name\":\"fast\",\"ns\":2000000.0,\"spread\":0.04,\"units\":2.0,\"target\":2.0,\"ok\":true},"
                        + "{\"name\":\"slow\",\"ns\":2100000.0,\"spread\":0.5,\"units\":2.1,\"target\":2.0,\"ok\":false}]}",
                REPORT.toJson());
    }

    @Test
    void table_says_which_targets_are_met() {
        assertEquals("""
                case                                 ns   spread         ms     target
                free                          1,500,000     ±5 %       1.50
                fast                          2,000,000     ±2 %       2.00     ≤ 2.00  met
                slow                          2,100,000    ±25 %       2.10     ≤ 2.00  MISSED
                """, REPORT.toTable().replace(System.lineSeparator(), "\n"));
    }
}
