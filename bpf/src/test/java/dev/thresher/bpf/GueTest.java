// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static dev.thresher.bpf.Serving.REAL4;
import static dev.thresher.bpf.Serving.REAL6;
import static dev.thresher.bpf.Serving.VIP4;
import static dev.thresher.bpf.Serving.VIP6;
import static dev.thresher.bpf.Verdict.TX;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.net.InetAddresses;
import dev.thresher.bpf.LoadedProgram.MemberStats;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberRecord.Encapsulation;
import dev.thresher.bpf.layout.ProgramSettings;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** GUE variant 1: the packet leaves in UDP in IP, and every checksum of it is right. */
class GueTest {
    private static final int PORT = 6080;
    private static final int UDP_HEADER = 8;
    private static final Encapsulation GUE = Encapsulation.gue(PORT);

    private static LoadedProgram lb;
    private static int nextPort = 1;

    @BeforeAll
    static void load() {
        lb = LoadedProgram.load();
    }

    @AfterAll
    static void close() {
        lb.close();
    }

    /** The outer UDP header, read by hand: the library knows nothing of GUE. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Gue(Encapsulated outer, int source, int destination, int length, int checksum, byte[] inner) {
        static Gue dissect(byte[] frame) {
            Checksums.assertRightOrZero(frame);
            Encapsulated outer = Encapsulated.dissect(frame);
            assertEquals(17, outer.outer().getProtocol().value() & 0xff, "UDP");
            ByteBuffer udp = ByteBuffer.wrap(outer.inner());
            return new Gue(
                    outer,
                    udp.getShort(0) & 0xffff,
                    udp.getShort(2) & 0xffff,
                    udp.getShort(4) & 0xffff,
                    udp.getShort(6) & 0xffff,
                    Arrays.copyOfRange(outer.inner(), UDP_HEADER, outer.inner().length));
        }
    }

    private static Gue send(Frame frame) {
        BpfProgram.Output output = lb.run(frame);
        assertEquals(TX, Verdict.of(output));
        return Gue.dissect(output.packet());
    }

    static Stream<Arguments> ways() {
        return Stream.of(VIP4, VIP6)
                .flatMap(vip -> Stream.of(REAL4, REAL6)
                        .flatMap(real ->
                                Stream.of(Frame.TCP, Frame.UDP).map(protocol -> Arguments.of(vip, real, protocol))));
    }

    @ParameterizedTest(name = "{0} to {1}, protocol {2}")
    @MethodSource("ways")
    void packet_leaves_in_udp(String vip, String real, int protocol) {
        int port = nextPort++;
        int member = Serving.add(lb, vip, port, protocol, real, GUE);
        for (int payload : new int[] {0, 1, 2, 63, 64, 1399, 1400}) {
            Frame frame = Serving.packet(vip, port, protocol).payload(payload).tos(0xb9);
            Gue sent = send(frame);
            assertArrayEquals(frame.ip(), sent.inner());
            assertEquals(PORT, sent.destination());
            assertTrue(sent.source() >= 0xc000, () -> "source port " + sent.source());
            assertEquals(UDP_HEADER + frame.ip().length, sent.length());
            assertEquals(Frame.address(real), sent.outer().outer().getDstAddr());
            if (Serving.isIpv6(real)) {
                assertTrue(sent.checksum() != 0, "checksum over IPv6");
                assertEquals(
                        (byte) 0xb9, sent.outer().outerIpv6().getTrafficClass().value());
            } else {
                assertEquals(0, sent.checksum(), "checksum over IPv4");
                assertEquals((byte) 0xb9, sent.outer().outerIpv4().getTos().value());
            }
        }
        long bytes = Stream.of(0, 1, 2, 63, 64, 1399, 1400)
                .mapToLong(payload ->
                        Serving.packet(vip, port, protocol).payload(payload).ip().length)
                .sum();
        assertEquals(new MemberStats(7, bytes, 1), lb.stats(member));
    }

    @Test
    void port_is_the_members() {
        int port = nextPort++;
        Serving.add(lb, VIP4, port, Frame.TCP, REAL4, Encapsulation.gue(5555));
        assertEquals(5555, send(Serving.packet(VIP4, port, Frame.TCP)).destination());
    }

    @Test
    void flows_differ_in_the_source_port_and_packets_of_one_do_not() {
        int port = nextPort++;
        Serving.add(lb, VIP4, port, Frame.UDP, REAL4, GUE);
        Set<Integer> sources = new HashSet<>();
        for (int client = 1; client <= 256; client++) {
            Frame frame = Frame.udp("10.0.1.2:" + client, VIP4 + ":" + port);
            int source = send(frame).source();
            assertEquals(source, send(frame.payload(9)).source());
            sources.add(source);
        }
        assertTrue(sources.size() > 240, () -> sources.size() + " source ports of 256 flows");
    }

    /** The outer checksum cannot come from an inner one that is not there. */
    @Test
    void udp_without_a_checksum_gets_a_right_outer_one() {
        int port = nextPort++;
        Serving.add(lb, VIP4, port, Frame.UDP, REAL6, GUE);
        for (int payload = 0; payload <= 150; payload++) {
            Frame frame = Serving.packet(VIP4, port, Frame.UDP).payload(payload).withoutChecksum();
            assertTrue(send(frame).checksum() != 0, "checksum of " + payload + " bytes");
        }
        assertTrue(send(Serving.packet(VIP4, port, Frame.UDP).payload(1431).withoutChecksum())
                        .checksum()
                != 0);
    }

    /** UDP options (RFC 9868) lie behind the datagram, and its checksum leaves them out. */
    @Test
    void bytes_behind_the_datagram_are_in_the_sum() {
        int port = nextPort++;
        Serving.add(lb, VIP6, port, Frame.UDP, REAL6, GUE);
        byte[] frame = Serving.packet(VIP6, port, Frame.UDP).payload(40).bytes();
        ByteBuffer longer = ByteBuffer.wrap(Arrays.copyOf(frame, frame.length + 7));
        longer.putShort(18, (short) (longer.getShort(18) + 7));
        longer.put(frame.length + 3, (byte) 0x5a);
        byte[] sent = lb.run(longer.array()).packet();
        ByteBuffer outer = ByteBuffer.wrap(sent, 14, sent.length - 14).slice();
        assertEquals(0xffff, Checksums.ofUdp(outer));
    }

    @Test
    void ipv4_options_inside_are_in_the_sum() {
        int port = nextPort++;
        Serving.add(lb, VIP4, port, Frame.TCP, REAL6, GUE);
        for (int words = 1; words <= 10; words++) {
            Frame frame = Serving.packet(VIP4, port, Frame.TCP).options(words).payload(5);
            assertArrayEquals(frame.ip(), send(frame).inner());
        }
    }

    static Stream<Arguments> errors() {
        return Stream.of(VIP4, VIP6)
                .flatMap(vip ->
                        Stream.of(Icmp.Kind.PORT_UNREACHABLE, Icmp.Kind.TOO_BIG).map(kind -> Arguments.of(vip, kind)));
    }

    @ParameterizedTest(name = "{1} to {0}")
    @MethodSource("errors")
    void icmp_inside_is_in_the_sum(String vip, Icmp.Kind kind) {
        int port = nextPort++;
        Serving.add(lb, vip, port, Frame.TCP, REAL6, GUE);
        Frame reply = Serving.isIpv6(vip)
                ? Frame.tcp("[" + vip + "]:" + port, "[" + Serving.CLIENT6 + "]:40000")
                : Frame.tcp(vip + ":" + port, Serving.CLIENT4 + ":40000");
        for (int quoted = 8; quoted <= 20; quoted++) {
            Icmp message = Icmp.about(kind, reply, quoted).mtu(1400);
            Frame error = Frame.icmp(Serving.clientOf(vip), vip, message);
            Gue sent = send(error);
            assertTrue(sent.checksum() != 0, "checksum");
            assertArrayEquals(error.ip(), sent.inner());
        }
    }

    /** The last word takes every value, so the sum becomes zero once, which is written as ones. */
    @Test
    void checksum_is_right_whatever_the_words_are() {
        int port = nextPort++;
        int id = Serving.add(lb, VIP6, port, Frame.UDP, REAL6, GUE);
        MemberRecord member = lb.member(id);
        byte[] frame = Serving.packet(VIP6, port, Frame.UDP).bytes();
        int zeroes = 0;
        for (int word = 0; word < 1 << 16; word++) {
            InetAddress real = InetAddresses.forString("fd00:3::" + Integer.toHexString(word));
            lb.put(
                    id,
                    new MemberRecord(member.vip(), member.state(), real, member.nextHop(), GUE, member.vipId(), false));
            byte[] sent = lb.run(frame).packet();
            Checksums.assertRight(sent);
            zeroes += Gue.dissect(sent).checksum() == 0xffff ? 1 : 0;
        }
        assertTrue(zeroes > 0, "no sum was zero");
    }

    @Test
    void settings_can_do_without_the_checksum() {
        ProgramSettings usual = TestSettings.DEFAULT;
        ProgramSettings without = new ProgramSettings(
                usual.hashKey(), usual.source(), usual.flowPairs(), usual.ticks(), usual.maglevSeed(), false);
        try (LoadedProgram other = LoadedProgram.load(without)) {
            Serving.add(other, VIP4, 80, Frame.TCP, REAL6, GUE);
            Frame frame = Serving.packet(VIP4, 80, Frame.TCP).payload(100);
            Gue sent = Gue.dissect(other.run(frame).packet());
            assertEquals(0, sent.checksum());
            assertArrayEquals(frame.ip(), sent.inner());
        }
    }
}
