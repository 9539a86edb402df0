// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.layout.ProgramSettings.HashKey;
import dev.thresher.bpf.layout.ProgramSettings.OuterSource;
import dev.thresher.bpf.layout.ProgramSettings.Ticks;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written to a map is read back as the same value. */
class RecordsTest {
    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:0f");

    private static final List<VipMatch> PREFIXES = List.of(
            new VipMatch(address(new byte[] {10, 0, 0, 0}), 8, 80, 6),
            new VipMatch(address(new byte[] {10, 1, 2, 2}), 31, 0, 17),
            new VipMatch(
                    address(new byte[] {0x20, 1, 13, (byte) 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}), 32, 80, 6));

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Property
    void flow_entries_survive(
            @ForAll @IntRange(max = (1 << 30) - 1) int tag,
            @ForAll @IntRange(max = FlowEntry.LARGEST_MEMBER) int member,
            @ForAll @IntRange(max = FlowEntry.SEEN_MODULUS - 1) int seen,
            @ForAll boolean confirmed,
            @ForAll boolean shortLived) {
        FlowEntry entry = new FlowEntry(tag, member, seen, confirmed, shortLived);
        assertEquals(entry, FlowEntry.decode(entry.encode()));
        assertEquals(member, FlowEntry.memberOf(entry.encode()));
    }

    @Property
    void every_word_is_an_entry(@ForAll long word) {
        assertEquals(word, FlowEntry.decode(word).encode());
    }

    @Test
    void age_goes_round_with_the_clock() {
        FlowEntry entry = new FlowEntry(1, 1, 4090, true, false);
        assertEquals(0, entry.age(4090));
        assertEquals(5, entry.age(4095));
        assertEquals(16, entry.age(4096 + 10));
        assertEquals(16, entry.age(1_000_000L * 4096 + 10));
    }

    @Property
    void addresses_of_ipv4_survive(@ForAll @Size(4) byte[] bytes) {
        assertEquals(address(bytes), Addresses.decode(Addresses.encode(address(bytes))));
        assertFalse(Addresses.isIpv6(address(bytes)));
    }

    @Property
    void addresses_of_ipv6_survive(@ForAll @Size(15) byte[] bytes) {
        byte[] global = new byte[16];
        System.arraycopy(bytes, 0, global, 1, bytes.length);
        global[0] = 0x20;
        assertArrayEquals(global, Addresses.encode(address(global)));
        assertEquals(address(global), Addresses.decode(global));
        assertTrue(Addresses.isIpv6(address(global)));
    }

    @ParameterizedTest
    @EnumSource(
            value = MemberState.class,
            names = {"UP", "DRAIN", "DOWN"})
    void members_survive(MemberState state) throws UnknownHostException {
        for (String vip : new String[] {"203.0.113.10", "2001:db8:cafe::10"}) {
            for (String real : new String[] {"10.0.3.11", "fd00:3::11"}) {
                MemberRecord member = new MemberRecord(
                        new VipMatch(InetAddress.getByName(vip), 65535, 17),
                        state,
                        InetAddress.getByName(real),
                        new MemberRecord.NextHop(MAC, MacAddress.parse("fe:ff:ff:ff:ff:ff"), 65535, 63),
                        MemberRecord.Encapsulation.gue(65535),
                        1 << 20,
                        true);
                assertEquals(member, MemberRecord.decode(member.encode()));
                assertEquals(state, MemberRecord.stateOf(member.encode()));
                assertEquals(MemberState.DOWN, member.with(MemberState.DOWN).state());
            }
        }
    }

    @Test
    void zeroed_member_is_free() {
        assertEquals(MemberState.FREE, MemberRecord.stateOf(new byte[MemberRecord.LENGTH]));
    }

    @Test
    void unknown_state_is_an_error() {
        assertThrows(IllegalArgumentException.class, () -> MemberState.of(4));
    }

    @Test
    void member_of_a_prefix_survives() {
        for (VipMatch vip : PREFIXES) {
            MemberRecord member =
                    new MemberRecord(vip, MemberState.UP, vip.address(), new MemberRecord.NextHop(MAC, MAC), 7);
            assertEquals(member, MemberRecord.decode(member.encode()));
        }
    }

    @Property
    void settings_survive(@ForAll long seed, @ForAll int maglevSeed, @ForAll @IntRange(max = 30) int shift) {
        ProgramSettings settings = new ProgramSettings(
                new HashKey(seed, ~seed, seed | 1, -seed | 1),
                new OuterSource((int) seed, 0xffff, seed, ~seed, seed >>> 3),
                1 << shift,
                new Ticks(8, 60, 900, 60),
                maglevSeed);
        assertEquals(settings, ProgramSettings.decode(settings.encode()));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 1000, -1})
    void number_of_pairs_that_is_no_power_of_two_is_an_error(int pairs) {
        HashKey key = new HashKey(1, 2, 3, 5);
        OuterSource source = new OuterSource(0, 0, 0, 0, 0);
        Ticks ticks = new Ticks(8, 60, 900, 60);
        assertThrows(IllegalArgumentException.class, () -> new ProgramSettings(key, source, pairs, ticks, 0));
    }

    @Test
    void even_multiplier_is_an_error() {
        assertThrows(IllegalArgumentException.class, () -> new HashKey(1, 2, 4, 5));
        assertThrows(IllegalArgumentException.class, () -> new HashKey(1, 2, 3, 6));
    }

    @Test
    void mac_addresses_are_values() {
        assertEquals(MAC, MacAddress.of(MAC.bytes()));
        assertEquals(MAC.hashCode(), MacAddress.of(MAC.bytes()).hashCode());
        assertNotEquals(MAC, MacAddress.parse("02:00:00:00:00:10"));
        assertEquals("02:00:00:00:00:0f", MAC.toString());
        MAC.bytes()[0] = 1;
        assertEquals("02:00:00:00:00:0f", MAC.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "02:00:00:00:00", "02:00:00:00:00:00:00", "02-00-00-00-00-0f", "zz:00:00:00:00:00"})
    void text_that_is_no_mac_address_is_an_error(String text) {
        assertThrows(IllegalArgumentException.class, () -> MacAddress.parse(text));
    }

    @Test
    void hash_names_a_place_then_come_its_bucket_and_the_neighbour() {
        FlowPlace place = FlowPlace.of(0b01_1010, 4);
        assertEquals(new FlowPlace(1, 10), place);
        assertEquals(16 + 10, place.entry(0));
        assertEquals(
                Set.of(24, 25, 26, 27, 28, 29, 30, 31),
                IntStream.range(0, 8).mapToObj(place::entry).collect(Collectors.toSet()));
        assertEquals(
                Set.of(16, 17, 18, 19, 20, 21, 22, 23),
                IntStream.range(8, 16).mapToObj(place::entry).collect(Collectors.toSet()));
    }
}
