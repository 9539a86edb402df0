// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.bpf.BpfProgram;
import dev.thresher.bpf.Verdict;
import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** All cases, by topic. Each topic has a program of its own. */
final class Matrix implements AutoCloseable {
    private static final int VLAN = 4094;

    private static final List<Topic> TOPICS = List.of(
            new Topic("ways", fleet -> WayCases.of(fleet, Target.HERE)),
            new Topic("untagged segment", fleet -> ExitCases.of(fleet, 0, NextHop.UNTAGGED)),
            new Topic("tagged segment", fleet -> ExitCases.of(fleet, 0, VLAN)),
            new Topic("another interface", fleet -> ExitCases.of(fleet, Fleet.EGRESS, NextHop.TAGS_AS_THEY_CAME)),
            new Topic("tagged segment of another interface", fleet -> ExitCases.of(fleet, Fleet.EGRESS, VLAN)),
            new Topic("host", HostCases::of),
            new Topic("lookup", LookupCases::of),
            new Topic("state", StateCases::of),
            new Topic("fragments", FragmentCases::of),
            new Topic("icmp", IcmpCases::of),
            new Topic("size", SizeCases::of),
            new Topic("hash", HashCases::of),
            new Topic("routing", RoutingCases::of));

    private final List<Fleet> fleets = new ArrayList<>();

    private record Topic(String title, Function<Fleet, Stream<PacketCase>> cases) {}

    /** A case of a topic, and the program that it is for. */
    record Run(String topic, PacketCase packet, Fleet fleet) {
        /** Sends the packet and fails unless what comes of it is what has to. */
        BpfProgram.Output check() {
            Outcome outcome = packet.outcome();
            long dropped = dropped(outcome);
            BpfProgram.Output output = fleet.run(packet);
            assertEquals(outcome.verdict(), Verdict.of(output), () -> "verdict; input " + hex(packet.input()));
            assertEquals(0, fleet.counter(Counter.ABORTED), "contradictions");
            if (outcome instanceof Outcome.Dropped) {
                assertEquals(dropped + 1, dropped(outcome), () -> "counted as " + outcome);
            }
            assertEquals(
                    hex(outcome.output(packet.input(), output.packet())),
                    hex(output.packet()),
                    () -> "output; input " + hex(packet.input()));
            return output;
        }

        private long dropped(Outcome outcome) {
            return outcome instanceof Outcome.Dropped drop ? fleet.counter(drop.reason()) : 0;
        }

        @Override
        public String toString() {
            return topic + ": " + packet;
        }
    }

    List<Run> runs() {
        return TOPICS.stream().flatMap(this::runs).toList();
    }

    private Stream<Run> runs(Topic topic) {
        Fleet fleet = new Fleet();
        fleets.add(fleet);
        return topic.cases.apply(fleet).map(packet -> new Run(topic.title, packet, fleet));
    }

    /** How often all programs counted it. */
    long count(Counter counter) {
        return fleets.stream().mapToLong(fleet -> fleet.counter(counter)).sum();
    }

    long dropped() {
        return Arrays.stream(Counter.values())
                .filter(counter -> counter.name().startsWith("DROP_"))
                .mapToLong(this::count)
                .sum();
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public void close() {
        fleets.forEach(Fleet::close);
    }
}
