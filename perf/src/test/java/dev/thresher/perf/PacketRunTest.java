// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.perf.Wrapper.Timing;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Needs root. A run checks by itself that each case is what its name says; how fast it is, is not for a test. */
class PacketRunTest {
    private static final Set<PacketCase> SMALL = EnumSet.of(
            PacketCase.ESTABLISHED_TCP4_1,
            PacketCase.ESTABLISHED_UDP4_1,
            PacketCase.ESTABLISHED_TCP6_1,
            PacketCase.ESTABLISHED_TCP4_2E10,
            PacketCase.TAGGED_TCP4_1,
            PacketCase.LATER_FRAGMENT4_1,
            PacketCase.QUIC_ID4_1,
            PacketCase.SOURCE_ROUTE4_1,
            PacketCase.REDIRECT_TCP4_1,
            PacketCase.SYN_1,
            PacketCase.NONVIP_PASS);

    private static Map<String, List<Timing>> run(Set<PacketCase> cases, int maxFlows) {
        try (PacketRun run = new PacketRun(cases, 1, maxFlows, line -> {})) {
            run.populate();
            run.round(0, Map.of());
            return run.timings();
        }
    }

    @Test
    void every_case_is_what_it_says_and_is_reported_by_its_name() {
        PacketReport report = PacketReport.of(run(SMALL, 1 << 14), SMALL);
        assertEquals(
                SMALL.stream().map(PacketCase::label).toList(),
                report.cases().stream().map(BenchReport.Case::name).collect(Collectors.toList()));
        assertTrue(report.json().startsWith("{\"cases\":[{\"name\":\"established_tcp4_1\",\"ns\":"), report.json());
    }

    @Test
    void case_that_does_not_fit_the_connection_table_is_refused() {
        BenchException refused =
                assertThrows(BenchException.class, () -> run(EnumSet.of(PacketCase.ESTABLISHED_TCP4_2E17), 1 << 14));
        assertTrue(String.valueOf(refused.getMessage()).contains("give --flows more"), refused.toString());
    }
}
