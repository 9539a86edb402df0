// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.bpf.layout.Counter;
import dev.thresher.daemon.state.Counter.Kind;
import dev.thresher.daemon.state.Traffic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The program's counters as they are published: each packet in one verdict, each dropped packet in one reason. */
final class PacketCounters {
    private PacketCounters() {}

    /**
     * Verdicts first, then drop reasons, then what else happened.
     *
     * @param members what each member was sent
     */
    static List<dev.thresher.daemon.state.Counter> of(Map<Counter, Long> globals, List<Traffic> members) {
        List<dev.thresher.daemon.state.Counter> verdicts = new ArrayList<>();
        List<dev.thresher.daemon.state.Counter> reasons = new ArrayList<>();
        List<dev.thresher.daemon.state.Counter> events = new ArrayList<>();
        long dropped = 0;
        for (var counter : globals.entrySet()) {
            CounterName name = CounterName.of(counter.getKey());
            var value = name.value(counter.getValue());
            switch (name.kind()) {
                case VERDICT -> verdicts.add(value);
                case DROP_REASON -> {
                    dropped += value.packets();
                    reasons.add(value);
                }
                case EVENT -> events.add(value);
            }
        }
        verdicts.add(
                0, verdict("tx", sent(globals, members), "packets sent: to real servers, or as answers to clients"));
        verdicts.add(verdict("drop", dropped, "packets dropped, for the reasons below"));
        verdicts.addAll(reasons);
        verdicts.addAll(events);
        return verdicts;
    }

    /** The drop reasons of a VIP by name, without those at 0. */
    static SortedMap<String, Long> drops(Map<Counter, Long> reasons) {
        SortedMap<String, Long> drops = new TreeMap<>();
        reasons.forEach((reason, packets) -> {
            if (packets != 0) {
                drops.put(CounterName.of(reason).name(), packets);
            }
        });
        return drops;
    }

    /** The program counts a packet at its member, or as the answer that it became. */
    private static long sent(Map<Counter, Long> globals, List<Traffic> members) {
        long answers = globals.getOrDefault(Counter.ICMP_ECHO, 0L) + globals.getOrDefault(Counter.ICMP_TOO_BIG, 0L);
        return answers + members.stream().mapToLong(Traffic::packets).sum();
    }

    private static dev.thresher.daemon.state.Counter verdict(String name, long packets, String meaning) {
        return new dev.thresher.daemon.state.Counter(name, Kind.VERDICT, packets, meaning);
    }
}
