// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.bpf.layout.MarkRoute;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.ProbeCounter;
import dev.thresher.bpf.layout.ProbeMark;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The probe program and Java agree on marks, routes and counters. */
class ProbeAbiTest {
    private static Btf btf;

    @BeforeAll
    static void parse() {
        btf = Btf.parse(Path.of("target/test-classes/abi.bpf.o"));
    }

    @AfterAll
    static void close() {
        btf.close();
    }

    @Test
    void marks_agree() {
        Map<String, Integer> constants = btf.enumeration("constants");
        assertEquals(constants.get("CONSTANT_PROBE_MARK"), ProbeMark.of(0));
        assertEquals(constants.get("CONSTANT_PROBE_ROUTES_MAX"), ProbeMark.COUNT);
        assertEquals(ProbeMark.COUNT - 1, ProbeMark.number(ProbeMark.of(ProbeMark.COUNT - 1)));
    }

    @Test
    void mark_route_agrees() {
        Btf.Struct route = btf.struct("mark_route");
        assertEquals(MarkRoute.LENGTH, route.size());
        assertEquals(0, route.offsets().get("member"));
        assertEquals(MemberRecord.LENGTH, route.offsets().get("ifindex"));
    }

    @Test
    void counters_agree_in_name_and_order() {
        Map<String, Integer> expected = new LinkedHashMap<>();
        for (ProbeCounter counter : ProbeCounter.values()) {
            expected.put("PROBE_" + counter.name(), counter.index());
        }
        expected.put("PROBE_COUNTER_COUNT", ProbeCounter.values().length);
        assertEquals(expected, btf.enumeration("probe_counter"));
    }
}
