// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.perf.ControlReport.Figure;
import java.util.List;
import org.junit.jupiter.api.Test;

class ControlReportTest {
    private static final ControlReport REPORT = new ControlReport(List.of(
            Figure.of("start_1", List.of(900.0, 1000.0, 1100.0), "ms", 1000.0),
            Figure.of("reload_4096_tables", List.of(2.0), "tables", 1.0),
            Figure.of("start_7", List.of(3.0), "ms", null)));

    @Test
    void target_isMet_ifTheMedianIsNotOverIt() {
        assertEquals(
                List.of(true, false, true),
                REPORT.cases().stream().map(Figure::ok).toList());
    }

    @Test
    void json_hasAllOfIt_andNullWhereThereIsNoTarget() {
        assertEquals(
                "{\"name\":\"start_7\",\"value\":3.0,\"spread\":0.0,\"unit\":\"ms\",\"target\":null,\"ok\":true}]}",
                REPORT.toJson().substring(REPORT.toJson().lastIndexOf('{')));
    }

    @Test
    void table_tellsOfEachTarget() {
        List<String> lines = REPORT.toTable().lines().toList();
        assertEquals("start_1                      1000.0 ms         ±5 %   ≤ 1000  met", lines.get(1));
        assertEquals("reload_4096_tables              2.0 tables     ±0 %      ≤ 1  MISSED", lines.get(2));
        assertEquals("start_7                         3.0 ms         ±0 %", lines.get(3));
    }
}
