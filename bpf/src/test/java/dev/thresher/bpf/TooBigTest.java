// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static dev.thresher.bpf.Serving.REAL4;
import static dev.thresher.bpf.Serving.REAL6;
import static dev.thresher.bpf.Serving.VIP4;
import static dev.thresher.bpf.Serving.VIP6;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.MapNames;
import dev.thresher.bpf.layout.MemberRecord.Encapsulation;
import dev.thresher.bpf.layout.ProgramSettings;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

/** A packet that its way to the real server does not take is dropped, and its client learns what would fit. */
class TooBigTest {
    private static final int PORT = 80;
    private static final int MTU = 1500;
    private static final int ICMP_HEADER = 8;
    /** ICMP_BURST in too_big.h. */
    private static final int BURST = 256;

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
                .flatMap(vip -> Stream.of(
                        Arguments.of(vip, REAL4, Encapsulation.IPIP, 20),
                        Arguments.of(vip, REAL6, Encapsulation.IPIP, 40),
                        Arguments.of(vip, REAL4, Encapsulation.gue(6080), 28),
                        Arguments.of(vip, REAL6, Encapsulation.gue(6080), 48),
                        Arguments.of(vip, REAL4, Encapsulation.L2, 0)));
    }

    /** A packet of so many bytes, IP header included. */
    private static Frame sized(String vip, int protocol, int bytes) {
        int headers = (Serving.isIpv6(vip) ? 40 : 20) + (protocol == Frame.TCP ? 20 : 8);
        Frame frame = Serving.packet(vip, PORT, protocol).payload(bytes - headers);
        assertEquals(bytes, frame.ip().length);
        return frame;
    }

    @ParameterizedTest(name = "{0} to {1}, {2}")
    @MethodSource("ways")
    void client_learns_the_mtu(String vip, String real, Encapsulation encapsulation, int overhead) {
        for (int protocol : new int[] {Frame.TCP, Frame.UDP}) {
            int member = Serving.add(lb, vip, PORT, protocol, real, encapsulation);
            Serving.put(lb, member, encapsulation, MTU, 0);
            int fits = MTU - overhead;

            BpfProgram.Output sent = lb.run(sized(vip, protocol, fits));
            assertEquals(Verdict.TX, Verdict.of(sent));
            assertEquals(Frame.ETHERNET_HEADER + MTU, sent.packet().length);
            assertEquals(1, lb.stats(member).packets());

            for (int excess : new int[] {1, 2, 3, 200}) {
                assertAnswered(sized(vip, protocol, fits + excess), vip, fits);
            }
            assertEquals(1, lb.stats(member).packets());
        }
        assertEquals(8, lb.counter(Counter.ICMP_TOO_BIG));
        assertEquals(0, lb.counter(Counter.DROP_TOO_BIG));
    }

    private void assertAnswered(Frame frame, String vip, int mtu, Integer... vlans) {
        BpfProgram.Output output = lb.run(frame);
        assertEquals(Verdict.TX, Verdict.of(output));
        assertAnswer(output.packet(), frame, vip, mtu, vlans);
    }

    /** Compares with the answer as the packet library builds it. */
    private static void assertAnswer(byte[] answer, Frame frame, String vip, int mtu, Integer... vlans) {
        Checksums.assertRight(answer);
        boolean ipv6 = Serving.isIpv6(vip);
        int room = (ipv6 ? 1280 - 40 : 576 - 20) - ICMP_HEADER;
        byte[] packet = frame.ip();
        byte[] quoted = Arrays.copyOf(packet, Math.min(packet.length, room));
        byte[] expected = Frame.icmp(vip, Serving.clientOf(vip), new Icmp(Icmp.Kind.TOO_BIG, mtu, quoted))
                .ttl(64)
                .tos(0xc0)
                .identification(0)
                .vlan(vlans)
                .bytes();
        byte[] asked = frame.bytes();
        System.arraycopy(asked, 6, expected, 0, 6);
        System.arraycopy(asked, 0, expected, 6, 6);
        asSentBy(expected, ipv6, Frame.ETHERNET_HEADER + vlans.length * Frame.VLAN_TAG);
        assertArrayEquals(expected, answer);
    }

    /** The library's packets have DF set and a flow label. */
    private static void asSentBy(byte[] frame, boolean ipv6, int ip) {
        ByteBuffer buffer = ByteBuffer.wrap(frame);
        if (ipv6) {
            buffer.putInt(ip, buffer.getInt(ip) & 0xfff00000);
        } else {
            buffer.putShort(ip + 6, (short) 0);
            int sum = (buffer.getShort(ip + 10) & 0xffff) + 0x4000;
            buffer.putShort(ip + 10, (short) ((sum & 0xffff) + (sum >> 16)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {VIP4, VIP6})
    void tags_are_kept(String vip) {
        int member = Serving.add(lb, vip, PORT, Frame.TCP, REAL4, Encapsulation.IPIP);
        Serving.put(lb, member, Encapsulation.IPIP, MTU, 0);
        assertAnswered(sized(vip, Frame.TCP, 1500).vlan(5), vip, 1480, 5);
        assertAnswered(sized(vip, Frame.TCP, 1500).vlan(5, 6), vip, 1480, 5, 6);
    }

    @Test
    void without_a_limit_everything_is_sent() {
        for (String vip : new String[] {VIP4, VIP6}) {
            Serving.add(lb, vip, PORT, Frame.UDP, REAL6, Encapsulation.IPIP);
            assertEquals(3040 + 14, lb.run(sized(vip, Frame.UDP, 3000)).packet().length);
        }
    }

    /** The whole packet is quoted if it is short, which needs a way that takes little. */
    @Test
    void short_packets_are_quoted_whole() {
        int member = Serving.add(lb, VIP4, PORT, Frame.UDP, REAL4, Encapsulation.IPIP);
        Serving.put(lb, member, Encapsulation.IPIP, 88, 0);
        for (int bytes = 69; bytes < 120; bytes++) {
            assertAnswered(sized(VIP4, Frame.UDP, bytes), VIP4, 68);
        }
    }

    /** The least that IPv4 promises (RFC 791, section 3.2), also where the outer header alone is too much for the way. */
    @ParameterizedTest
    @ValueSource(ints = {1, 19, 20, 21, 30, 60, 87})
    void no_ipv4_client_is_told_less_than_68(int mtu) {
        int member = Serving.add(lb, VIP4, PORT, Frame.UDP, REAL4, Encapsulation.IPIP);
        Serving.put(lb, member, Encapsulation.IPIP, mtu, 0);
        assertAnswered(sized(VIP4, Frame.UDP, 100), VIP4, 68);
        assertAnswered(sized(VIP4, Frame.UDP, 69), VIP4, 68);
        assertEquals(Verdict.DROP, Verdict.of(lb.run(sized(VIP4, Frame.UDP, 68))));
        assertEquals(1, lb.counter(Counter.DROP_TOO_BIG));
    }

    /** IPv6 promises 1280 to everybody, so nobody would heed less (RFC 8200, section 5). */
    @Test
    void no_ipv6_client_is_told_less_than_1280() {
        int member = Serving.add(lb, VIP6, PORT, Frame.UDP, REAL6, Encapsulation.IPIP);
        Serving.put(lb, member, Encapsulation.IPIP, 1280, 0);
        assertAnswered(sized(VIP6, Frame.UDP, 1400), VIP6, 1280);
        assertEquals(Verdict.DROP, Verdict.of(lb.run(sized(VIP6, Frame.UDP, 1280))));
        assertEquals(1, lb.counter(Counter.DROP_TOO_BIG));
        assertEquals(Verdict.TX, Verdict.of(lb.run(sized(VIP6, Frame.UDP, 1240))));
        Serving.put(lb, member, Encapsulation.IPIP, 30, 0);
        assertAnswered(sized(VIP6, Frame.UDP, 1400), VIP6, 1280);
    }

    /** No error may be about one (RFC 1122, section 3.2.2). */
    @ParameterizedTest
    @ValueSource(strings = {VIP4, VIP6})
    void later_fragment_is_not_answered(String vip) {
        int member = Serving.add(lb, vip, PORT, Frame.UDP, REAL4, Encapsulation.IPIP);
        Serving.put(lb, member, Encapsulation.IPIP, MTU, 0);
        List<byte[]> pieces = Serving.packet(vip, PORT, Frame.UDP).payload(4000).cut(1496);
        assertEquals(Verdict.TX, Verdict.of(lb.run(pieces.get(0))));
        assertEquals(1, lb.counter(Counter.ICMP_TOO_BIG));
        assertEquals(Verdict.DROP, Verdict.of(lb.run(pieces.get(1))));
        assertEquals(1, lb.counter(Counter.ICMP_TOO_BIG));
        assertEquals(1, lb.counter(Counter.DROP_TOO_BIG));
        assertEquals(0, lb.counter(Counter.DROP_FRAGMENT));
    }

    @Test
    void padding_is_not_quoted() {
        int member = Serving.add(lb, VIP4, PORT, Frame.UDP, REAL4, Encapsulation.IPIP);
        Serving.put(lb, member, Encapsulation.IPIP, 68, 0);
        Frame frame = sized(VIP4, Frame.UDP, 80);
        byte[] padded = Arrays.copyOf(frame.bytes(), 200);
        Arrays.fill(padded, 100, 200, (byte) 0x77);
        assertAnswer(lb.run(padded).packet(), frame, VIP4, 68);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "224.1.1.1", "255.255.255.255", "0.0.0.0"})
    void nobody_is_told_who_is_not_one_host(String source) {
        int member = Serving.add(lb, VIP4, PORT, Frame.UDP, REAL4, Encapsulation.IPIP);
        Serving.put(lb, member, Encapsulation.IPIP, MTU, 0);
        Frame frame = Frame.udp(source + ":1", VIP4 + ":" + PORT).payload(1472);
        assertEquals(Verdict.DROP, Verdict.of(lb.run(frame)));
        assertEquals(1, lb.counter(Counter.DROP_TOO_BIG));
    }

    /** The clock of these settings stands still, so nothing is earned back. */
    @Test
    void answers_are_rationed() {
        ProgramSettings settings = TestSettings.DEFAULT;
        assertTrue(settings.ticks().shift() >= 20);
        int member = Serving.add(lb, VIP4, PORT, Frame.UDP, REAL4, Encapsulation.IPIP);
        Serving.put(lb, member, Encapsulation.IPIP, MTU, 0);
        Frame frame = sized(VIP4, Frame.UDP, 1500);
        CurrentThread.pinTo(0);
        int attempts = 2 * BURST;
        int answered = answered(frame, attempts);
        assertTrue(answered >= BURST && answered < BURST + 10, answered + " of " + attempts + " were answered");
        assertEquals(answered, lb.counter(Counter.ICMP_TOO_BIG));
        assertEquals(attempts - answered, lb.counter(Counter.DROP_TOO_BIG));
    }

    /** Of {@link #BURST} tokens a quarter of a tick earns all, and no time more than all. */
    @Test
    void budget_is_earned_back() {
        int member = Serving.add(lb, VIP4, PORT, Frame.UDP, REAL4, Encapsulation.IPIP);
        Serving.put(lb, member, Encapsulation.IPIP, MTU, 0);
        Frame frame = sized(VIP4, Frame.UDP, 1500);
        int tick = 1 << TestSettings.DEFAULT.ticks().shift();
        CurrentThread.pinTo(0);
        assertEquals(0, answeredAfter(0, 0, frame));
        assertEquals(1, answeredAfter(tick / 1024, 0, frame));
        assertEquals(BURST / 2, answeredAfter(tick / 8, 0, frame));
        assertEquals(BURST, answeredAfter(tick / 4, 0, frame));
        assertEquals(BURST, answeredAfter(tick / 2, 100, frame));
        assertEquals(BURST, answeredAfter(2 * tick, 100, frame));
    }

    /** How many of many are answered when the budget was last filled so many jiffies ago, and what was left then. */
    private int answeredAfter(int jiffies, int tokens, Frame frame) {
        BpfMap budgets = lb.object().map(MapNames.ICMP_BUDGET);
        ByteBuffer values = ByteBuffer.allocate(budgets.valueBytes()).order(ByteOrder.nativeOrder());
        try (KernelClock clock = KernelClock.open()) {
            while (values.hasRemaining()) {
                values.putLong(clock.jiffies() - jiffies).putLong(tokens);
            }
        }
        budgets.update(LoadedProgram.key(0), values.array());
        return answered(frame, 2 * BURST);
    }

    private int answered(Frame frame, int attempts) {
        int answered = 0;
        for (int i = 0; i < attempts; i++) {
            answered += Verdict.of(lb.run(frame)) == Verdict.TX ? 1 : 0;
        }
        return answered;
    }
}
