// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static dev.thresher.bpf.Serving.CLIENT6;
import static dev.thresher.bpf.Serving.VIP4;
import static dev.thresher.bpf.Serving.VIP6;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.layout.Counter;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An ICMP error may quote more than an IP header before the ports: the flow is the same, and so is its real server. */
class QuotedHeadersTest {
    private static final int PORT = 80;
    private static final int IPV6_HEADER = 40;
    private static final int TCP_HEADER = 20;
    private static final int FRAGMENT_HEADER = 8;
    private static final int QUOTED = 8;
    private static final int PORTS = 4;
    /** EXTENSIONS_MAX in parse_rare.h. */
    private static final int MOST = 5;

    private LoadedProgram lb;

    @BeforeEach
    void load() {
        lb = LoadedProgram.load();
        for (String vip : new String[] {VIP4, VIP6}) {
            Service service = lb.addVip(vip, PORT, Frame.TCP);
            int before = lb.addMember(service, "10.0.3.1");
            int now = lb.addMember(service, "10.0.3.2");
            lb.setTable(service, before);
            lb.run(Serving.packet(vip, PORT, Frame.TCP).syn());
            lb.setTable(service, now);
        }
    }

    @AfterEach
    void close() {
        lb.close();
    }

    private static Frame lost(String vip) {
        return Serving.isIpv6(vip)
                ? Frame.tcp("[" + VIP6 + "]:" + PORT, "[" + CLIENT6 + "]:40000")
                : Frame.tcp(VIP4 + ":" + PORT, Serving.CLIENT4 + ":40000");
    }

    private static Frame error(String vip, Frame lost, int quoted) {
        String router = Serving.isIpv6(vip) ? "2001:db8:1::1" : "192.0.2.1";
        return Frame.icmp(
                router, vip, Icmp.about(Icmp.Kind.TOO_BIG, lost, quoted).mtu(1300));
    }

    /** Where the flow has its entry, not where the table would have it. */
    private void assertGoesToTheFlow(Frame error) {
        BpfProgram.Output output = lb.run(error);
        assertEquals(Verdict.TX, Verdict.of(output), error::toString);
        Checksums.assertRight(output.packet());
        Encapsulated sent = Encapsulated.dissect(output.packet());
        assertEquals(Frame.address("10.0.3.1"), sent.outer().getDstAddr());
        assertArrayEquals(error.ip(), sent.inner());
    }

    private void assertPasses(byte[] frame) {
        long errors = lb.counter(Counter.ICMP_ERROR);
        BpfProgram.Output output = lb.run(frame);
        assertEquals(Verdict.PASS, Verdict.of(output));
        assertArrayEquals(frame, output.packet());
        assertEquals(errors, lb.counter(Counter.ICMP_ERROR));
    }

    static Stream<List<Extension>> chains() {
        return Stream.of(
                List.of(Extension.DESTINATION),
                List.of(Extension.HOP_BY_HOP),
                List.of(Extension.ROUTING),
                List.of(Extension.LONG_DESTINATION),
                List.of(Extension.HOP_BY_HOP, Extension.DESTINATION, Extension.ROUTING, Extension.LONG_DESTINATION),
                Collections.nCopies(MOST, Extension.LONG_DESTINATION));
    }

    private static Frame extended(List<Extension> chain) {
        return lost(VIP6).extensions(chain.toArray(Extension[]::new));
    }

    @ParameterizedTest
    @MethodSource("chains")
    void extension_headers_are_stepped_over(List<Extension> chain) {
        Frame lost = extended(chain);
        int headers = lost.ip().length - IPV6_HEADER - TCP_HEADER;
        assertGoesToTheFlow(error(VIP6, lost, headers + PORTS));
        assertGoesToTheFlow(error(VIP6, lost, headers + QUOTED));
        assertGoesToTheFlow(error(VIP6, lost, headers + TCP_HEADER));
        assertGoesToTheFlow(
                error(VIP6, lost, headers + QUOTED).extensions(Extension.HOP_BY_HOP, Extension.LONG_DESTINATION));
        assertEquals(4, lb.counter(Counter.ICMP_ERROR));
    }

    @ParameterizedTest
    @MethodSource("chains")
    void quote_that_ends_before_the_ports_passes_padded_or_not(List<Extension> chain) {
        Frame lost = extended(chain);
        int headers = lost.ip().length - IPV6_HEADER - TCP_HEADER;
        for (int quoted = 0; quoted < headers + PORTS; quoted++) {
            byte[] frame = error(VIP6, lost, quoted).bytes();
            assertPasses(frame);
            assertPasses(Arrays.copyOf(frame, frame.length + 300));
        }
    }

    @Test
    void one_header_more_than_the_most_passes() {
        Frame lost = extended(Collections.nCopies(MOST + 1, Extension.DESTINATION));
        assertPasses(error(VIP6, lost, 8 * (MOST + 1) + QUOTED).bytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {VIP4, VIP6})
    void first_fragment_has_the_ports(String vip) {
        Frame lost = lost(vip).payload(400).fragment(0, true);
        int header = Serving.isIpv6(vip) ? FRAGMENT_HEADER : 0;
        assertGoesToTheFlow(error(vip, lost, header + QUOTED));
        assertGoesToTheFlow(error(vip, lost, header + 200));
        assertPasses(error(vip, lost, header + PORTS - 1).bytes());
    }

    @Test
    void first_fragment_behind_an_extension_header_has_them_too() {
        Frame lost = lost(VIP6).extensions(Extension.DESTINATION).fragment(0, true);
        assertGoesToTheFlow(error(VIP6, lost, FRAGMENT_HEADER + 8 + QUOTED));
    }

    /** Of the packets that a real server sends, the load balancer sees none: so it remembers no first fragment. */
    @ParameterizedTest
    @ValueSource(strings = {VIP4, VIP6})
    void later_fragment_has_none_and_passes(String vip) {
        Frame lost = lost(vip).payload(400).fragment(5, false);
        assertPasses(error(vip, lost, FRAGMENT_HEADER + 200).bytes());
    }
}
