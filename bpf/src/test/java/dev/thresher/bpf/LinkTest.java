// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static dev.thresher.bpf.Serving.REAL4;
import static dev.thresher.bpf.Serving.REAL6;
import static dev.thresher.bpf.Serving.VIP4;
import static dev.thresher.bpf.Serving.VIP6;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.MapNames;
import dev.thresher.bpf.layout.MemberRecord.Encapsulation;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the frame around the IP packet becomes: Ethernet addresses, tags, and the interface that it leaves by. */
class LinkTest {
    private static final int PORT = 80;
    private static final int MACS = 12;
    private static final int EGRESS = 3;
    /** The loopback interface is 1 in every namespace. */
    private static final int INTERFACE = 1;

    private LoadedProgram lb;

    @BeforeEach
    void load() {
        lb = LoadedProgram.load();
    }

    @AfterEach
    void close() {
        lb.close();
    }

    static Stream<Arguments> ways() {
        return Stream.of(VIP4, VIP6)
                .flatMap(vip -> Stream.of(REAL4, REAL6)
                        .flatMap(real -> Stream.of(Encapsulation.IPIP, Encapsulation.gue(6080), Encapsulation.L2)
                                .map(encapsulation -> Arguments.of(vip, real, encapsulation))));
    }

    private static byte[] addresses() {
        byte[] bytes = Arrays.copyOf(LoadedProgram.NEXT_HOP.bytes(), MACS);
        System.arraycopy(LoadedProgram.OWN.bytes(), 0, bytes, 6, 6);
        return bytes;
    }

    @ParameterizedTest(name = "{0} to {1}, {2}")
    @MethodSource("ways")
    void tags_are_kept(String vip, String real, Encapsulation encapsulation) {
        Serving.add(lb, vip, PORT, Frame.TCP, real, encapsulation);
        byte[] plain = lb.run(Serving.packet(vip, PORT, Frame.TCP).payload(33)).packet();
        assertArrayEquals(addresses(), Arrays.copyOf(plain, MACS));
        for (List<Integer> tags : List.of(List.of(7), List.of(7, 4094))) {
            Integer[] vlans = tags.toArray(Integer[]::new);
            byte[] frame =
                    Serving.packet(vip, PORT, Frame.TCP).payload(33).vlan(vlans).bytes();

            BpfProgram.Output output = lb.run(frame);

            assertEquals(Verdict.TX, Verdict.of(output));
            Checksums.assertRight(output.packet());
            int length = vlans.length * Frame.VLAN_TAG;
            byte[] withTags = insert(plain, Arrays.copyOfRange(frame, MACS, MACS + length));
            assertArrayEquals(withTags, output.packet(), vlans.length + " tags");
        }
    }

    private static byte[] insert(byte[] frame, byte[] tags) {
        byte[] longer = Arrays.copyOf(frame, frame.length + tags.length);
        System.arraycopy(tags, 0, longer, MACS, tags.length);
        System.arraycopy(frame, MACS, longer, MACS + tags.length, frame.length - MACS);
        return longer;
    }

    @ParameterizedTest(name = "{0} to {1}, {2}")
    @MethodSource("ways")
    void real_server_behind_another_interface_is_sent_to_there(String vip, String real, Encapsulation encapsulation) {
        int member = Serving.add(lb, vip, PORT, Frame.TCP, real, encapsulation);
        byte[] here = lb.run(Serving.packet(vip, PORT, Frame.TCP)).packet();
        lb.object().map(MapNames.EGRESS).update(LoadedProgram.key(EGRESS), LoadedProgram.key(INTERFACE));
        Serving.put(lb, member, encapsulation, 0, EGRESS);

        BpfProgram.Output output = lb.run(Serving.packet(vip, PORT, Frame.TCP));

        assertEquals(Verdict.REDIRECT, Verdict.of(output));
        assertArrayEquals(here, output.packet());
        assertEquals(2, lb.stats(member).packets());
    }

    /** The tags are those of the segment that the packet came from. */
    @ParameterizedTest(name = "{0} to {1}, {2}")
    @MethodSource("ways")
    void tags_do_not_go_to_another_interface(String vip, String real, Encapsulation encapsulation) {
        int member = Serving.add(lb, vip, PORT, Frame.TCP, real, encapsulation);
        lb.object().map(MapNames.EGRESS).update(LoadedProgram.key(EGRESS), LoadedProgram.key(INTERFACE));
        Serving.put(lb, member, encapsulation, 0, EGRESS);
        byte[] plain = lb.run(Serving.packet(vip, PORT, Frame.TCP)).packet();
        assertArrayEquals(
                plain, lb.run(Serving.packet(vip, PORT, Frame.TCP).vlan(9)).packet());
        assertArrayEquals(
                plain, lb.run(Serving.packet(vip, PORT, Frame.TCP).vlan(9, 10)).packet());
    }

    /** Whatever tags it came with, and wherever it leaves: those of the segment that it goes to are the right ones. */
    @ParameterizedTest(name = "{0} to {1}, {2}")
    @MethodSource("ways")
    void packet_gets_the_tag_of_the_segment_that_it_goes_to(String vip, String real, Encapsulation encapsulation) {
        int member = Serving.add(lb, vip, PORT, Frame.TCP, real, encapsulation);
        lb.object().map(MapNames.EGRESS).update(LoadedProgram.key(EGRESS), LoadedProgram.key(INTERFACE));
        Frame frame = Serving.packet(vip, PORT, Frame.TCP).payload(33);
        byte[] plain = lb.run(frame).packet();
        byte[] tag = {(byte) 0x81, 0, 0x0f, (byte) 0xfe};
        for (int egress : new int[] {0, EGRESS}) {
            Verdict verdict = egress == 0 ? Verdict.TX : Verdict.REDIRECT;
            // The first one is of a known flow: it must not take the way of packets that need no tag.
            for (Frame each : List.of(frame, frame.vlan(7), frame.vlan(7, 8), frame.vlan(4094))) {
                Serving.put(lb, member, encapsulation, 0, egress, 4094);
                assertLeaves(verdict, insert(plain, tag), each);
                Serving.put(lb, member, encapsulation, 0, egress, NextHop.UNTAGGED);
                assertLeaves(verdict, plain, each);
            }
        }
        assertEquals(0, lb.counter(Counter.ABORTED));
        assertEquals(1 + 2 * 4 * 2, lb.stats(member).packets());
    }

    private void assertLeaves(Verdict verdict, byte[] expected, Frame frame) {
        BpfProgram.Output output = lb.run(frame);
        assertEquals(verdict, Verdict.of(output), frame.toString());
        assertArrayEquals(expected, output.packet(), frame.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {VIP4, VIP6})
    void packet_too_big_for_a_segment_with_a_tag_is_answered_without_one(String vip) {
        int member = Serving.add(lb, vip, PORT, Frame.TCP, REAL4, Encapsulation.IPIP);
        Serving.put(lb, member, Encapsulation.IPIP, 1400, 0, 20);
        BpfProgram.Output output = lb.run(Serving.packet(vip, PORT, Frame.TCP).payload(1400));
        assertEquals(Verdict.TX, Verdict.of(output));
        assertEquals(1, lb.counter(Counter.ICMP_TOO_BIG));
        Checksums.assertRight(output.packet());
        byte[] type = Arrays.copyOfRange(output.packet(), MACS, Frame.ETHERNET_HEADER);
        assertArrayEquals(Serving.isIpv6(vip) ? new byte[] {(byte) 0x86, (byte) 0xdd} : new byte[] {8, 0}, type);
    }

    @Test
    void interface_that_is_not_in_the_table_is_a_drop_with_a_reason() {
        int member = Serving.add(lb, VIP4, PORT, Frame.TCP, REAL4, Encapsulation.IPIP);
        Serving.put(lb, member, Encapsulation.IPIP, 0, EGRESS);
        assertEquals(Verdict.DROP, Verdict.of(lb.run(Serving.packet(VIP4, PORT, Frame.TCP))));
        assertEquals(1, lb.counter(Counter.DROP_NO_EGRESS));
        assertEquals(0, lb.stats(member).packets());
    }

    /** MAC addresses are all that changes: the real server sees the client's packet. */
    @ParameterizedTest
    @ValueSource(strings = {VIP4, VIP6})
    void l2_leaves_the_packet_as_it_is(String vip) {
        Serving.add(lb, vip, PORT, Frame.TCP, REAL4, Encapsulation.L2);
        byte[] frame = Serving.packet(vip, PORT, Frame.TCP).payload(50).padded().bytes();
        byte[] expected = frame.clone();
        System.arraycopy(addresses(), 0, expected, 0, MACS);
        BpfProgram.Output output = lb.run(frame);
        assertEquals(Verdict.TX, Verdict.of(output));
        assertArrayEquals(expected, output.packet());
    }
}
