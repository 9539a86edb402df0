// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.bpf.layout.MemberRecord.Encapsulation;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Headers between IPv6 and TCP or UDP (RFC 8200, section 4) change nothing about where a packet goes. */
class ExtensionHeaderTest {
    private static final int PORT = 80;
    private static final int IPV6_HEADER = 40;
    private static final int SEGMENTS_LEFT = 3;
    private static final int TCP_HEADER = 20;
    private static final int SHORTEST = 8;
    /** EXTENSIONS_MAX in parse_rare.h. */
    private static final int MOST = 5;

    private LoadedProgram lb;
    private int member;

    @BeforeEach
    void load() {
        lb = LoadedProgram.load();
        member = Serving.add(lb, Serving.VIP6, PORT, Frame.TCP, Serving.REAL4, Encapsulation.IPIP);
        Serving.add(lb, Serving.VIP6, PORT, Frame.UDP, Serving.REAL6, Encapsulation.IPIP);
    }

    @AfterEach
    void close() {
        lb.close();
    }

    static Stream<List<Extension>> chains() {
        return Stream.of(
                List.of(Extension.HOP_BY_HOP),
                List.of(Extension.ROUTING),
                List.of(Extension.DESTINATION),
                List.of(Extension.LONG_DESTINATION),
                List.of(Extension.HOP_BY_HOP, Extension.DESTINATION, Extension.ROUTING, Extension.LONG_DESTINATION),
                Collections.nCopies(MOST, Extension.LONG_DESTINATION));
    }

    private static Frame frame(int protocol, List<Extension> chain) {
        return Serving.packet(Serving.VIP6, PORT, protocol).extensions(chain.toArray(Extension[]::new));
    }

    @ParameterizedTest
    @MethodSource("chains")
    void packet_is_wrapped_with_all_its_headers(List<Extension> chain) {
        for (int protocol : new int[] {Frame.TCP, Frame.UDP}) {
            Frame frame = frame(protocol, chain).payload(20);
            BpfProgram.Output output = lb.run(frame);
            assertEquals(Verdict.TX, Verdict.of(output), frame.toString());
            assertArrayEquals(frame.ip(), Encapsulated.dissect(output.packet()).inner());
        }
    }

    @ParameterizedTest
    @MethodSource("chains")
    void flow_is_the_same_with_and_without_headers(List<Extension> chain) {
        lb.run(Serving.packet(Serving.VIP6, PORT, Frame.TCP));
        lb.run(frame(Frame.TCP, chain));
        assertEquals(1, lb.flows().all().count());
        assertEquals(1, lb.stats(member).newFlows());
        assertEquals(2, lb.stats(member).packets());
    }

    @ParameterizedTest
    @MethodSource("chains")
    void packet_cut_anywhere_passes(List<Extension> chain) {
        byte[] whole = frame(Frame.UDP, chain).bytes();
        for (int length = Frame.ETHERNET_HEADER; length < whole.length; length++) {
            assertPasses(Arrays.copyOf(whole, length));
            assertPasses(shortened(whole, length));
        }
    }

    /** Cut, and with a length that says so. */
    private static byte[] shortened(byte[] frame, int length) {
        byte[] cut = Arrays.copyOf(frame, length);
        int payload = length - Frame.ETHERNET_HEADER - IPV6_HEADER;
        if (payload >= 0) {
            cut[Frame.ETHERNET_HEADER + 4] = (byte) (payload >> 8);
            cut[Frame.ETHERNET_HEADER + 5] = (byte) payload;
        }
        return cut;
    }

    @Test
    void packet_on_its_way_to_another_address_passes() {
        byte[] frame = frame(Frame.TCP, List.of(Extension.ROUTING)).bytes();
        frame[Frame.ETHERNET_HEADER + IPV6_HEADER + SEGMENTS_LEFT] = 1;
        assertPasses(frame);
    }

    @Test
    void one_header_more_than_the_most_passes() {
        assertPasses(frame(Frame.TCP, Collections.nCopies(MOST + 1, Extension.DESTINATION))
                .bytes());
    }

    /** All headers together are at most 1,016 bytes: this one takes in what is payload else, up to another TCP header. */
    @Test
    void longest_header_is_stepped_over_and_a_longer_one_passes() {
        byte[] tcp = Arrays.copyOfRange(frame(Frame.TCP, List.of()).ip(), IPV6_HEADER, IPV6_HEADER + TCP_HEADER);
        for (int headers : new int[] {1008, 1016, 1024}) {
            int extension = headers - IPV6_HEADER;
            byte[] payload = new byte[1100];
            System.arraycopy(tcp, 0, payload, extension - SHORTEST - TCP_HEADER, TCP_HEADER);
            byte[] frame = frame(Frame.TCP, List.of(Extension.DESTINATION))
                    .payload(payload)
                    .bytes();
            frame[Frame.ETHERNET_HEADER + IPV6_HEADER + 1] = (byte) (extension / SHORTEST - 1);
            if (headers > 1016) {
                assertPasses(frame);
            } else {
                assertEquals(Verdict.TX, Verdict.of(lb.run(frame)));
            }
        }
        assertEquals(1, lb.flows().all().count());
    }

    private void assertPasses(byte[] frame) {
        BpfProgram.Output output = lb.run(frame);
        assertEquals(Verdict.PASS, Verdict.of(output));
        assertArrayEquals(frame, output.packet());
    }
}
