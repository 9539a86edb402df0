// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.bpf.layout.Counter;
import dev.thresher.daemon.state.Counter.Kind;
import dev.thresher.daemon.state.Traffic;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PacketCountersTest {
    private final Map<Counter, Long> globals = new EnumMap<>(Counter.class);

    PacketCountersTest() {
        for (Counter counter : Counter.values()) {
            globals.put(counter, 0L);
        }
    }

    @Test
    void everyPacket_isInOneVerdict() {
        globals.put(Counter.PASS, 100L);
        globals.put(Counter.DROP_NO_REAL, 7L);
        globals.put(Counter.DROP_TOO_BIG, 5L);
        globals.put(Counter.ABORTED, 1L);
        globals.put(Counter.ICMP_ECHO, 20L);
        globals.put(Counter.ICMP_ERROR, 3L);
        globals.put(Counter.ICMP_TOO_BIG, 4L);

        assertEquals(Map.of("tx", 1_024L, "pass", 100L, "drop", 13L), packets(Kind.VERDICT));
    }

    @Test
    void everyDroppedPacket_isInOneReason() {
        long dropped = 0;
        for (Counter reason : Counter.dropReasons()) {
            globals.put(reason, ++dropped);
        }
        globals.put(Counter.ABORTED, 50L);

        Map<String, Long> reasons = packets(Kind.DROP_REASON);

        assertEquals(Counter.dropReasons().size() + 1, reasons.size());
        assertEquals(50, reasons.get("aborted"));
        assertEquals(1, reasons.get("no_real"));
        assertEquals(
                packets(Kind.VERDICT).get("drop"),
                reasons.values().stream().mapToLong(Long::longValue).sum());
    }

    @Test
    void everyCounter_isPublishedAndSaysWhatItCounts() {
        List<dev.thresher.daemon.state.Counter> published = PacketCounters.of(globals, List.of());

        // "tx" and "drop" are sums that the program does not keep.
        assertEquals(Counter.values().length + 2, published.size());
        assertEquals(
                List.of(),
                published.stream()
                        .filter(counter -> counter.meaning().isBlank())
                        .toList());
    }

    @Test
    void dropsOfAVip_areThoseThatHappened() {
        assertEquals(
                Map.of("no_real", 3L),
                PacketCounters.drops(Map.of(Counter.DROP_NO_REAL, 3L, Counter.DROP_NO_HEADROOM, 0L)));
    }

    private Map<String, Long> packets(Kind kind) {
        Map<String, Long> packets = new HashMap<>();
        PacketCounters.of(globals, List.of(new Traffic(600, 0, 0), new Traffic(400, 0, 0))).stream()
                .filter(counter -> counter.kind() == kind)
                .forEach(counter -> packets.put(counter.name(), counter.packets()));
        return packets;
    }
}
