// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static dev.thresher.bpf.Serving.CLIENT4;
import static dev.thresher.bpf.Serving.VIP4;
import static dev.thresher.bpf.Serving.VIP6;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.HashKind;
import dev.thresher.bpf.layout.VipMatch;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The load balancer answers ping to its VIPs, and to nobody else. */
class IcmpEchoTest {
    private LoadedProgram lb;

    @BeforeEach
    void load() {
        lb = LoadedProgram.load();
        lb.addVip(VIP4, 80, Frame.TCP);
        lb.addVip(VIP6, 0, Frame.UDP);
    }

    @AfterEach
    void close() {
        lb.close();
    }

    private static Frame echo(String vip) {
        return Frame.icmp(Serving.clientOf(vip), vip, Icmp.echo(0x1234, 7));
    }

    /** What the answer to it has to be, built by the packet library. */
    private static byte[] reply(Frame request, String vip, int identifierAndSequence, int payload, Integer... vlans) {
        Frame answer = Frame.icmp(
                        vip, Serving.clientOf(vip), new Icmp(Icmp.Kind.ECHO_REPLY, identifierAndSequence, new byte[0]))
                .payload(payload)
                .ttl(64)
                .vlan(vlans);
        byte[] bytes = answer.bytes();
        byte[] asked = request.bytes();
        System.arraycopy(asked, 6, bytes, 0, 6);
        System.arraycopy(asked, 0, bytes, 6, 6);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(strings = {VIP4, VIP6})
    void echo_to_a_vip_is_answered(String vip) {
        for (int payload : new int[] {0, 1, 55, 56, 57, 1000, 1471}) {
            Frame request = echo(vip).payload(payload);
            BpfProgram.Output output = lb.run(request);
            assertEquals(Verdict.TX, Verdict.of(output), payload + " bytes");
            Checksums.assertRight(output.packet());
            assertArrayEquals(reply(request, vip, 0x1234_0007, payload), output.packet(), payload + " bytes");
        }
        assertEquals(7, lb.counter(Counter.ICMP_ECHO));
        assertEquals(0, lb.counter(Counter.PASS));
    }

    /** Every value of a word of the message, so the checksum takes every value too, and carries. */
    @ParameterizedTest
    @ValueSource(strings = {VIP4, VIP6})
    void checksum_of_the_answer_is_right_whatever_it_was(String vip) {
        for (int word = 0; word < 1 << 16; word++) {
            Frame request = Frame.icmp(Serving.clientOf(vip), vip, Icmp.echo(word, 1));
            BpfProgram.Output output = lb.run(request);
            assertEquals(Verdict.TX, Verdict.of(output));
            Checksums.assertRight(output.packet());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {VIP4, VIP6})
    void padding_is_no_part_of_the_message(String vip) {
        byte[] padded = Arrays.copyOf(echo(vip).bytes(), 90);
        Arrays.fill(padded, 70, 90, (byte) 0x5a);
        BpfProgram.Output output = lb.run(padded);
        assertEquals(Verdict.TX, Verdict.of(output));
        Checksums.assertRight(output.packet());
        assertEquals(90, output.packet().length);
    }

    private void assertPasses(byte[] frame) {
        BpfProgram.Output output = lb.run(frame);
        assertEquals(Verdict.PASS, Verdict.of(output));
        assertArrayEquals(frame, output.packet());
        assertEquals(0, lb.counter(Counter.ICMP_ECHO));
    }

    @ParameterizedTest
    @ValueSource(strings = {"203.0.113.11", "10.0.1.1", "2001:db8:cafe::11", "fd00:1::1"})
    void echo_to_another_address_passes(String address) {
        assertPasses(echo(address).payload(56).bytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {VIP4, VIP6})
    void other_messages_to_a_vip_pass(String vip) {
        assertPasses(
                Frame.icmp(Serving.clientOf(vip), vip, Icmp.of(Icmp.Kind.OTHER)).bytes());
        assertPasses(Frame.icmp(Serving.clientOf(vip), vip, Icmp.of(Icmp.Kind.ECHO_REPLY))
                .bytes());
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1," + VIP4,
        "0.0.0.0," + VIP4,
        "224.0.0.1," + VIP4,
        "255.255.255.255," + VIP4,
        "::," + VIP6,
        "::1," + VIP6,
        "ff02::1," + VIP6
    })
    void nobody_is_answered_who_is_not_one_host(String source, String vip) {
        assertPasses(Frame.icmp(source, vip, Icmp.echo(1, 1)).bytes());
    }

    @Test
    void request_with_a_wrong_checksum_passes() {
        for (String vip : new String[] {VIP4, VIP6}) {
            byte[] frame = echo(vip).payload(20).bytes();
            frame[frame.length - 1] ^= 1;
            assertPasses(frame);
        }
    }

    @Test
    void request_with_a_wrong_header_checksum_passes() {
        byte[] frame = echo(VIP4).payload(20).bytes();
        frame[Frame.ETHERNET_HEADER + 8]--; // TTL
        assertPasses(frame);
    }

    @Test
    void request_with_ipv4_options_passes() {
        assertPasses(echo(VIP4).options(2).bytes());
    }

    @Test
    void request_shorter_than_its_header_passes() {
        byte[] ipv4 = echo(VIP4).bytes();
        for (int length = Frame.ETHERNET_HEADER; length < ipv4.length; length++) {
            assertPasses(Arrays.copyOf(ipv4, length));
        }
    }

    @Test
    void address_of_a_prefix_is_a_vips_address() {
        lb.addVip(new VipMatch(Frame.address("198.51.100.0"), 24, 443, Frame.TCP), true, HashKind.FIVE_TUPLE);
        Frame request = Frame.icmp(CLIENT4, "198.51.100.77", Icmp.echo(0x1234, 7));
        BpfProgram.Output output = lb.run(request);
        assertEquals(Verdict.TX, Verdict.of(output));
        assertArrayEquals(reply(request, "198.51.100.77", 0x1234_0007, 0), output.packet());
        assertEquals(Verdict.PASS, Verdict.of(lb.run(Frame.icmp(CLIENT4, "198.51.101.77", Icmp.echo(1, 1)))));
    }

    @ParameterizedTest
    @ValueSource(strings = {VIP4, VIP6})
    void tags_are_kept(String vip) {
        Frame one = echo(vip).payload(10).vlan(7);
        assertArrayEquals(reply(one, vip, 0x1234_0007, 10, 7), lb.run(one).packet());
        Frame two = echo(vip).payload(10).vlan(7, 8);
        assertArrayEquals(reply(two, vip, 0x1234_0007, 10, 7, 8), lb.run(two).packet());
    }
}
