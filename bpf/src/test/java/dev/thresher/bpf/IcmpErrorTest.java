// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static dev.thresher.bpf.Serving.VIP4;
import static dev.thresher.bpf.Serving.VIP6;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.MemberRecord.Encapsulation;
import dev.thresher.bpf.layout.MemberState;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An ICMP error about a packet of a VIP goes to the real server that sent it, and changes nothing. */
class IcmpErrorTest {
    private static final int PORT = 80;
    private static final String ROUTER4 = "192.0.2.1";
    private static final String ROUTER6 = "2001:db8:1::1";
    private static final int QUOTED = 8;
    private static final List<Icmp.Kind> ERRORS = List.of(
            Icmp.Kind.PORT_UNREACHABLE, Icmp.Kind.TOO_BIG, Icmp.Kind.TIME_EXCEEDED, Icmp.Kind.PARAMETER_PROBLEM);

    private LoadedProgram lb;

    @BeforeEach
    void load() {
        lb = LoadedProgram.load();
    }

    @AfterEach
    void close() {
        lb.close();
    }

    /** A VIP with two members, of which the table names the second for all that is new. */
    private record Pair(Service service, int first, int second) {}

    private Pair pair(String vip) {
        Service service = lb.addVip(vip, PORT, Frame.TCP);
        int first = lb.addMember(service, "10.0.3.1");
        int second = lb.addMember(service, "10.0.3.2");
        lb.setTable(service, first);
        return new Pair(service, first, second);
    }

    /** A packet of a real server's to the client, which gets lost. */
    private static Frame lost(String vip, int clientPort) {
        return Serving.isIpv6(vip)
                ? Frame.tcp("[" + vip + "]:" + PORT, "[" + Serving.CLIENT6 + "]:" + clientPort)
                : Frame.tcp(vip + ":" + PORT, Serving.CLIENT4 + ":" + clientPort);
    }

    private static Frame error(String vip, Icmp message) {
        return Frame.icmp(Serving.isIpv6(vip) ? ROUTER6 : ROUTER4, vip, message);
    }

    private void assertGoesTo(String real, Frame error) {
        BpfProgram.Output output = lb.run(error);
        assertEquals(Verdict.TX, Verdict.of(output), error::toString);
        Checksums.assertRight(output.packet());
        Encapsulated sent = Encapsulated.dissect(output.packet());
        assertEquals(Frame.address(real), sent.outer().getDstAddr());
        assertArrayEquals(error.ip(), sent.inner());
    }

    private long[] table() {
        return LongStream.range(0, lb.flows().capacity())
                .map(index -> lb.flows().raw((int) index))
                .toArray();
    }

    static Stream<Arguments> errors() {
        return Stream.of(VIP4, VIP6).flatMap(vip -> ERRORS.stream().map(kind -> Arguments.of(vip, kind)));
    }

    @ParameterizedTest(name = "{1} to {0}")
    @MethodSource("errors")
    void error_goes_to_the_real_server_that_has_the_flow(String vip, Icmp.Kind kind) {
        Pair pair = pair(vip);
        lb.run(Serving.packet(vip, PORT, Frame.TCP).syn());
        lb.run(Serving.packet(vip, PORT, Frame.TCP));
        lb.setTable(pair.service, pair.second);
        long[] before = table();

        for (int quoted = QUOTED; quoted <= 20; quoted++) {
            assertGoesTo(
                    "10.0.3.1",
                    error(vip, Icmp.about(kind, lost(vip, 40000), quoted).mtu(1300)));
        }

        assertArrayEquals(before, table(), "the connection table");
        assertEquals(13, lb.counter(Counter.ICMP_ERROR));
        assertEquals(15, lb.stats(pair.first).packets());
        assertEquals(1, lb.stats(pair.first).newFlows());
        assertEquals(0, lb.counter(Counter.PASS));
    }

    @ParameterizedTest
    @ValueSource(strings = {VIP4, VIP6})
    void error_about_an_unknown_flow_goes_by_maglev_and_records_nothing(String vip) {
        Pair pair = pair(vip);
        int[] members = {pair.first, pair.second};
        lb.setTable(pair.service, slot -> members[slot & 1]);
        for (int port = 1000; port < 1064; port++) {
            Frame error = error(vip, Icmp.about(Icmp.Kind.TIME_EXCEEDED, lost(vip, port), QUOTED));
            String real = String.valueOf(Encapsulated.dissect(lb.run(error).packet())
                    .outer()
                    .getDstAddr()
                    .getHostAddress());
            assertEquals(0, lb.flows().all().count());
            Frame syn = Serving.isIpv6(vip)
                    ? Frame.tcp("[" + Serving.CLIENT6 + "]:" + port, "[" + vip + "]:" + PORT)
                    : Frame.tcp(Serving.CLIENT4 + ":" + port, vip + ":" + PORT);
            assertEquals(
                    Frame.address(real),
                    Encapsulated.dissect(lb.run(syn.syn()).packet()).outer().getDstAddr());
            lb.flows().clear();
        }
    }

    /** Anybody can send an error that quotes a SYN to a VIP's flow: it must not begin the flow anew, nor end it. */
    @ParameterizedTest(name = "{1} to {0}")
    @MethodSource("errors")
    void forged_errors_change_no_flow(String vip, Icmp.Kind kind) {
        Pair pair = pair(vip);
        for (int flow = 0; flow < 2; flow++) {
            lb.flows().clear();
            lb.run(Serving.packet(vip, PORT, Frame.TCP).syn());
            if (flow == 1) {
                lb.run(Serving.packet(vip, PORT, Frame.TCP));
            }
            lb.setTable(pair.service, pair.second);
            long[] before = table();
            for (Frame quoted : List.of(
                    lost(vip, 40000).syn(),
                    lost(vip, 40000).rst(),
                    lost(vip, 40000).fin())) {
                assertGoesTo("10.0.3.1", error(vip, Icmp.about(kind, quoted, 20)));
            }
            assertArrayEquals(before, table(), "the connection table");
            lb.setTable(pair.service, pair.first);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {VIP4, VIP6})
    void flow_of_a_member_that_is_down_goes_by_maglev(String vip) {
        Pair pair = pair(vip);
        lb.run(Serving.packet(vip, PORT, Frame.TCP).syn());
        lb.setState(pair.first, MemberState.DOWN);
        lb.setTable(pair.service, pair.second);
        long[] before = table();
        assertGoesTo("10.0.3.2", error(vip, Icmp.about(Icmp.Kind.TOO_BIG, lost(vip, 40000), QUOTED)));
        lb.setState(pair.first, MemberState.DRAIN);
        assertGoesTo("10.0.3.1", error(vip, Icmp.about(Icmp.Kind.TOO_BIG, lost(vip, 40000), QUOTED)));
        assertArrayEquals(before, table(), "the connection table");
    }

    @ParameterizedTest
    @ValueSource(strings = {VIP4, VIP6})
    void vip_without_real_servers_drops_it(String vip) {
        Service service = lb.addVip(vip, PORT, Frame.TCP);
        lb.setTable(service, 0);
        Frame error = error(vip, Icmp.about(Icmp.Kind.TOO_BIG, lost(vip, 40000), QUOTED));
        assertEquals(Verdict.DROP, Verdict.of(lb.run(error)));
        assertEquals(1, lb.counter(Counter.DROP_NO_REAL));
        assertEquals(1, lb.dropped(service));
    }

    private void assertPasses(byte[] frame) {
        assertPasses(frame, 0);
    }

    private void assertPasses(byte[] frame, int errorsBefore) {
        BpfProgram.Output output = lb.run(frame);
        assertEquals(Verdict.PASS, Verdict.of(output));
        assertArrayEquals(frame, output.packet());
        assertEquals(errorsBefore, lb.counter(Counter.ICMP_ERROR));
    }

    @ParameterizedTest
    @ValueSource(strings = {VIP4, VIP6})
    void error_about_something_else_passes(String vip) {
        pair(vip);
        boolean ipv6 = Serving.isIpv6(vip);
        String other = ipv6 ? "[2001:db8:cafe::99]:" : "203.0.113.99:";
        String client = ipv6 ? "[" + Serving.CLIENT6 + "]:1" : Serving.CLIENT4 + ":1";
        String from = ipv6 ? "[" + vip + "]:" : vip + ":";
        for (Frame quoted : List.of(
                Frame.tcp(other + PORT, client),
                Frame.tcp(from + "81", client),
                Frame.udp(from + PORT, client),
                Frame.tcp(client, from + PORT))) {
            assertPasses(error(vip, Icmp.about(Icmp.Kind.PORT_UNREACHABLE, quoted, 20))
                    .bytes());
        }
    }

    /** Who sent the quoted packet is who gets the error: anything else is forged. */
    @ParameterizedTest
    @ValueSource(strings = {VIP4, VIP6})
    void error_to_somebody_else_than_it_quotes_passes(String vip) {
        pair(vip);
        String other = Serving.isIpv6(vip) ? "2001:db8:cafe::99" : "203.0.113.99";
        assertPasses(error(other, Icmp.about(Icmp.Kind.TOO_BIG, lost(vip, 40000), 20))
                .bytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {VIP4, VIP6})
    void too_little_quoted_passes_padded_or_not(String vip) {
        pair(vip);
        for (int quoted : new int[] {0, 1, 3}) {
            byte[] frame = error(vip, Icmp.about(Icmp.Kind.TOO_BIG, lost(vip, 40000), quoted))
                    .bytes();
            assertPasses(frame);
            assertPasses(Arrays.copyOf(frame, frame.length + 40));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {VIP4, VIP6})
    void truncated_errors_pass(String vip) {
        pair(vip);
        byte[] frame =
                error(vip, Icmp.about(Icmp.Kind.TOO_BIG, lost(vip, 40000), 20)).bytes();
        IntStream.range(Frame.ETHERNET_HEADER, frame.length)
                .forEach(length -> assertPasses(Arrays.copyOf(frame, length)));
    }

    /** The kernel gets all pieces of it, or the one that has the header would get to nobody who has the rest. */
    @ParameterizedTest
    @ValueSource(strings = {VIP4, VIP6})
    void error_in_fragments_passes(String vip) {
        pair(vip);
        Frame error = error(vip, Icmp.about(Icmp.Kind.TOO_BIG, lost(vip, 40000).payload(200), 200));
        error.cut(80).forEach(this::assertPasses);
    }

    @Test
    void quoted_ipv4_options_are_stepped_over() {
        pair(VIP4);
        Frame quoted = lost(VIP4, 40000).options(3);
        assertGoesTo("10.0.3.1", error(VIP4, Icmp.about(Icmp.Kind.TOO_BIG, quoted, 12 + QUOTED)));
        assertPasses(error(VIP4, Icmp.about(Icmp.Kind.TOO_BIG, quoted, 12)).bytes(), 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {VIP4, VIP6})
    void error_too_big_for_the_way_is_dropped_and_nobody_told(String vip) {
        Pair pair = pair(vip);
        Serving.put(lb, pair.first, Encapsulation.IPIP, 100, 0);
        Frame error = error(vip, Icmp.about(Icmp.Kind.TOO_BIG, lost(vip, 40000).payload(200), 100));
        assertEquals(Verdict.DROP, Verdict.of(lb.run(error)));
        assertEquals(1, lb.counter(Counter.DROP_TOO_BIG));
        assertEquals(0, lb.counter(Counter.ICMP_ERROR), "it was not sent");
        assertEquals(0, lb.counter(Counter.ICMP_TOO_BIG));
        assertEquals(1, lb.dropped(pair.service));
    }
}
