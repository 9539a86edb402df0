// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.QuicPacket.LongHeader;
import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.QuicConfig;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Packets of QUIC VIPs go where their connection ids say, and by their flow where those say nothing. */
class QuicRoutingTest {
    private static final String CLIENT = "10.0.1.2:40000";
    private static final String MOVED_CLIENT = "10.9.9.9:12345";
    private static final String VIP = "203.0.113.10:443";
    private static final String VIP6 = "[2001:db8::10]:443";

    private LoadedProgram lb;
    /** What Maglev gives to all. */
    private int other;

    private int named;

    @BeforeEach
    void load() {
        lb = LoadedProgram.load();
    }

    @AfterEach
    void close() {
        lb.close();
    }

    /** Rotation 0 has ids of 4 bytes, 1 of one byte, 2 of 15, and 5 of 4 again. */
    private Service quicLb() {
        Service quicLb = lb.addQuicVip("203.0.113.10", 443, QuicConfig.quicLb(Map.of(0, 4, 1, 1, 2, 15, 5, 4)));
        addMembers(quicLb);
        lb.nameServer(quicLb, 0, "0a0b0c0d", named);
        lb.nameServer(quicLb, 1, "7f", named);
        lb.nameServer(quicLb, 2, "000102030405060708090a0b0c0d0e", named);
        return quicLb;
    }

    private void katran() {
        Service katran = lb.addQuicVip("2001:db8::10", 443, QuicConfig.KATRAN);
        addMembers(katran);
        lb.nameServer(katran, 0, "00001234", named);
        lb.nameServer(katran, 0, "00abcdef", named);
        lb.nameServer(katran, 0, "89abcdef", named);
    }

    private void addMembers(Service service) {
        other = lb.addRoutedMember(service, "10.0.3.11");
        named = lb.addRoutedMember(service, "fd00:3::12");
        lb.setTable(service, other);
    }

    private static Frame from(String client, byte[] quic) {
        return Frame.udp(client, client.startsWith("[") ? VIP6 : VIP).payload(quic);
    }

    private void assertGoesTo(int member, Frame frame) {
        long before = lb.stats(member).packets();
        assertEquals(Verdict.TX, Verdict.of(lb.run(frame)), frame::toString);
        assertEquals(before + 1, lb.stats(member).packets(), frame::toString);
    }

    private void assertUnknown(long packets) {
        assertEquals(packets, lb.counter(Counter.ROUTE_UNKNOWN_ID));
        assertEquals(0, lb.counter(Counter.ROUTE_DOWN));
    }

    private void assertTableIsEmpty() {
        assertEquals(0, lb.flows().all().count());
    }

    // The first byte: three bits of rotation, then what the server likes, here a length of 8.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "080a0b0c0d00112233",
                "1f0a0b0c0dffffffff",
                "080a0b0c0d",
                "287f00112233445566",
                "287f",
                "48000102030405060708090a0b0c0d0e00112233"
            })
    void short_header_goes_to_the_server_that_its_id_names(String connectionId) {
        quicLb();
        assertGoesTo(named, from(CLIENT, QuicPacket.shortHeader(connectionId)));
        assertGoesTo(named, from(MOVED_CLIENT, QuicPacket.shortHeader(connectionId)));
        assertTableIsEmpty();
        assertUnknown(0);
        assertEquals(0, lb.stats(named).newFlows());
    }

    @ParameterizedTest
    @ValueSource(ints = {QuicPacket.VERSION_1, QuicPacket.VERSION_2, 0xff00001d, 0xfaceb002})
    void long_header_goes_by_its_id_unless_the_client_made_it_up(int version) {
        quicLb();
        assertGoesTo(named, from(CLIENT, QuicPacket.longHeader(version, LongHeader.HANDSHAKE, "080a0b0c0d00112233")));
        assertTableIsEmpty();
        assertGoesTo(other, from(CLIENT, QuicPacket.longHeader(version, LongHeader.ZERO_RTT, "080a0b0c0d00112233")));
        assertGoesTo(other, from(CLIENT, QuicPacket.longHeader(version, LongHeader.INITIAL, "080a0b0c0d00112233")));
        assertEquals(1, lb.flows().all().count(), "they begin a flow");
        assertEquals(1, lb.stats(other).newFlows());
        assertUnknown(0);
    }

    @Test
    void id_goes_before_the_entry_of_its_flow_and_leaves_that_alone() {
        quicLb();
        assertGoesTo(other, from(CLIENT, QuicPacket.longHeader(1, LongHeader.INITIAL, "1122334455667788")));
        var entry = lb.flows().find(from(CLIENT, new byte[0]).flow()).orElseThrow();
        assertGoesTo(named, from(CLIENT, QuicPacket.shortHeader("080a0b0c0d00112233")));
        assertEquals(
                entry, lb.flows().find(from(CLIENT, new byte[0]).flow()).orElseThrow(), "neither confirmed nor moved");
        assertGoesTo(other, from(CLIENT, QuicPacket.longHeader(1, LongHeader.INITIAL, "1122334455667788")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "080a0b0c0e00112233", // nobody's id
                "a80a0b0c0d00112233", // of another config with the same length
                "680a0b0c0d00112233", // of a config that is not in use
                "e80a0b0c0d00112233" // of a server that has no config
            })
    void unknown_ids_go_by_their_flow_and_are_counted(String connectionId) {
        quicLb();
        assertGoesTo(other, from(CLIENT, QuicPacket.shortHeader(connectionId)));
        assertGoesTo(other, from(CLIENT, QuicPacket.longHeader(1, LongHeader.HANDSHAKE, connectionId)));
        assertUnknown(2);
        assertEquals(1, lb.flows().all().count());
    }

    @Test
    void ids_that_are_cut_short_go_by_their_flow() {
        quicLb();
        byte[] whole = QuicPacket.shortHeader("080a0b0c0d00112233");
        for (int length = 0; length < 6; length++) {
            assertGoesTo(other, from(CLIENT, Arrays.copyOf(whole, length)));
        }
        assertUnknown(6);
        assertGoesTo(named, from(CLIENT, Arrays.copyOf(whole, 6)));
        // The id would go on past the end of the connection id, into what follows it.
        assertGoesTo(other, from(CLIENT, QuicPacket.longHeader(1, LongHeader.HANDSHAKE, "080a0b0c")));
        assertGoesTo(other, from(CLIENT, QuicPacket.longHeader(1, LongHeader.HANDSHAKE, "")));
        byte[] handshake = QuicPacket.longHeader(1, LongHeader.HANDSHAKE, "080a0b0c0d00112233");
        for (int length = 1; length < 11; length++) {
            assertGoesTo(other, from(CLIENT, Arrays.copyOf(handshake, length)));
        }
        assertUnknown(18);
        assertGoesTo(named, from(CLIENT, Arrays.copyOf(handshake, 11)));
    }

    @ParameterizedTest
    @CsvSource({
        "448d0011223344556677, true", // version 1: 16 bits, here 0x1234
        "448d3f11223344556677, true",
        "448d4011223344556677, false",
        "80abcdef001122334455, true", // version 2: 24 bits
        "bfabcdef001122334455, true",
        "c089abcdef0011223344, true", // version 3: 32 bits
        "c000001234ffffffffff, true", // the same number as in version 1
        "0089abcdef0011223344, false", // version 0: not one
        "c089abcdee0011223344, false"
    })
    void katran_ids_are_numbers_of_three_widths(String connectionId, boolean known) {
        katran();
        assertGoesTo(known ? named : other, from("[fd00:1::2]:40000", QuicPacket.shortHeader(connectionId)));
        assertGoesTo(
                known ? named : other,
                from("[fd00:1::2]:40000", QuicPacket.longHeader(1, LongHeader.HANDSHAKE, connectionId)));
        assertUnknown(known ? 0 : 2);
    }

    @Test
    void katran_ids_have_eight_bytes_at_least() {
        katran();
        assertGoesTo(
                other, from("[fd00:1::2]:40000", QuicPacket.longHeader(1, LongHeader.HANDSHAKE, "c089abcdef0011")));
        assertUnknown(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = MemberState.class,
            names = {"DOWN", "FREE"})
    void server_that_is_down_leaves_it_to_the_flow(MemberState state) {
        quicLb();
        lb.setState(named, state);
        assertGoesTo(other, from(CLIENT, QuicPacket.shortHeader("080a0b0c0d00112233")));
        assertGoesTo(other, from(CLIENT, QuicPacket.shortHeader("080a0b0c0d00112233")));
        assertEquals(2, lb.counter(Counter.ROUTE_DOWN));
        assertEquals(0, lb.counter(Counter.ROUTE_UNKNOWN_ID));
        assertEquals(0, lb.counter(Counter.ABORTED));
    }

    @Test
    void server_that_is_drained_keeps_its_connections() {
        quicLb();
        lb.setState(named, MemberState.DRAIN);
        assertGoesTo(named, from(CLIENT, QuicPacket.shortHeader("080a0b0c0d00112233")));
    }

    @Test
    void id_of_another_vips_server_is_not_taken() {
        Service quicLb = quicLb();
        Service dns = lb.addVip("203.0.113.53", 53, Frame.UDP);
        int stranger = lb.addMember(dns, "10.0.3.53");
        lb.nameServer(quicLb, 0, "0a0b0c0d", stranger);
        assertGoesTo(other, from(CLIENT, QuicPacket.shortHeader("080a0b0c0d00112233")));
        assertEquals(1, lb.counter(Counter.ROUTE_DOWN));
    }

    @Test
    void packet_with_ip_options_is_read_at_the_right_place() {
        quicLb();
        assertGoesTo(
                named,
                from(CLIENT, QuicPacket.shortHeader("080a0b0c0d00112233")).options(3));
    }

    @Test
    void vip_without_quic_does_not_look() {
        Service plain = lb.addVip("203.0.113.10", 443, Frame.UDP);
        int member = lb.addMember(plain, "10.0.3.11");
        lb.setTable(plain, member);
        assertGoesTo(member, from(CLIENT, QuicPacket.shortHeader("080a0b0c0d00112233")));
        assertUnknown(0);
    }
}
