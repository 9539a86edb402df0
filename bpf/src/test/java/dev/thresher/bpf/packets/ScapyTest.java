// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.Seeds;
import dev.thresher.bpf.Verdict;
import dev.thresher.bpf.packets.ScapyJudge.Seen;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Scapy, which shares no code with the program or with the packet library, agrees with every case of the matrix. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScapyTest {
    private static final Set<Verdict> LEAVE = Set.of(Verdict.TX, Verdict.REDIRECT);
    private static final int FLIPS = 6;
    private static final int IPV6_SOURCE_LOW = 16;
    private static final int IPV6_SOURCE_END = 24;
    private static final int GUE4_SOURCE_PORT = 20;

    private final Matrix matrix = new Matrix();
    private final List<Seen> seen = matrix.runs().stream()
            .map(run -> new Seen(run, run.fleet().run(run.packet())))
            .toList();

    @AfterAll
    void close() {
        matrix.close();
    }

    @Test
    void scapy_builds_the_same_packets() {
        List<String> complaints = ScapyJudge.complaints(seen);
        assertEquals(seen.size(), complaints.size());
        List<String> wrong = IntStream.range(0, seen.size())
                .filter(i -> !complaints.get(i).isEmpty())
                .mapToObj(i -> seen.get(i).run() + ": " + complaints.get(i))
                .toList();
        assertTrue(wrong.isEmpty(), () -> wrong.size() + " cases, of which the first:\n" + wrong.get(0));
    }

    /** The judge itself is judged: one wrong bit anywhere in a good output, and it complains. */
    @Test
    void scapy_notices_every_wrong_bit() {
        Random random = Seeds.random(getClass());
        List<Seen> broken = new ArrayList<>();
        List<String> flips = new ArrayList<>();
        for (Seen good : seen) {
            for (int i = 0; i < FLIPS && Verdict.of(good.output()) != Verdict.DROP; i++) {
                byte[] packet = good.output().packet().clone();
                int at = random.nextInt(packet.length);
                if (isFree(good, at)) {
                    continue;
                }
                packet[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
                broken.add(good.with(packet));
                flips.add(good.run() + ", byte " + at);
            }
        }
        List<String> complaints = ScapyJudge.complaints(broken);
        List<String> unnoticed = IntStream.range(0, broken.size())
                .filter(i -> complaints.get(i).isEmpty())
                .mapToObj(flips::get)
                .toList();
        assertTrue(broken.size() > seen.size(), () -> broken.size() + " wrong packets");
        assertEquals(List.of(), unnoticed);
    }

    /** Is the byte one that a flow's hash decides, which no checksum protects? */
    private static boolean isFree(Seen good, int at) {
        if (!LEAVE.contains(Verdict.of(good.output()))) {
            return false;
        }
        Link link = Link.of(good.output().packet());
        int offset = at - (good.output().packet().length - link.ip().length - link.trailer().length);
        if (Link.isIpv6(link.ip())) {
            return (offset > 0 && offset < Integer.BYTES) || (offset >= IPV6_SOURCE_LOW && offset < IPV6_SOURCE_END);
        }
        return offset == GUE4_SOURCE_PORT || offset == GUE4_SOURCE_PORT + 1;
    }
}
