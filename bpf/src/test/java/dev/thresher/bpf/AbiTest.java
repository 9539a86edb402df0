// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.bpf.layout.Addresses;
import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.ForeignAddresses;
import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MapNames;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.ProgramSettings;
import dev.thresher.bpf.layout.VipRecord;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The Java layouts put each value where the compiled C looks for it, and share its constants. */
class AbiTest {
    private static final Path TYPES = Path.of("target/test-classes/abi.bpf.o");
    private static final Path SOURCE = Path.of("src/main/c/lib/abi.h");

    private static final InetAddress VIP4 = Frame.address("203.0.113.10");
    private static final InetAddress VIP6 = Frame.address("2001:db8:cafe::10");
    private static final InetAddress REAL4 = Frame.address("10.0.3.11");
    private static final InetAddress REAL6 = Frame.address("fd00:3::11");
    private static final MacAddress NEXT_HOP = MacAddress.parse("02:00:00:00:00:01");
    private static final MacAddress OWN = MacAddress.parse("02:00:00:00:00:02");

    private static Btf btf;

    @BeforeAll
    static void parse() {
        btf = Btf.parse(TYPES);
    }

    @AfterAll
    static void close() {
        btf.close();
    }

    /** Reads members of an encoded struct by the C compiler's offsets. */
    private record Encoded(Btf.Struct struct, ByteBuffer bytes) {
        static Encoded of(String name, byte[] bytes) {
            Btf.Struct struct = btf.struct(name);
            assertEquals(struct.size(), bytes.length, "size of struct " + name);
            return new Encoded(struct, ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()));
        }

        int at(String member) {
            Integer offset = struct.offsets().get(member);
            if (offset == null) {
                throw new AssertionError("no member " + member + " in " + struct);
            }
            return offset;
        }

        int u8(String member) {
            return bytes.get(at(member)) & 0xff;
        }

        /** A big-endian 16-bit number. */
        int be16(String member) {
            return bytes.duplicate().order(ByteOrder.BIG_ENDIAN).getShort(at(member)) & 0xffff;
        }

        int be32(String member) {
            return bytes.duplicate().order(ByteOrder.BIG_ENDIAN).getInt(at(member));
        }

        long be64(String member, int index) {
            return bytes.duplicate().order(ByteOrder.BIG_ENDIAN).getLong(at(member) + index * Long.BYTES);
        }

        int u32(String member) {
            return bytes.getInt(at(member));
        }

        long u64(String member, int index) {
            return bytes.getLong(at(member) + index * Long.BYTES);
        }

        byte[] slice(String member, int length) {
            byte[] slice = new byte[length];
            bytes.get(at(member), slice);
            return slice;
        }
    }

    @Test
    void vip_key_agrees() {
        Encoded key = Encoded.of("vip_key", VipRecord.key(VIP4, 8443, 17));
        assertArrayEquals(Addresses.encode(VIP4), key.slice("addr", 16));
        assertEquals(8443, key.be16("port"));
        assertEquals(17, key.u8("protocol"));
        assertArrayEquals(new byte[5], key.slice("pad", 5));
        assertArrayEquals(
                VIP6.getAddress(),
                Encoded.of("vip_key", VipRecord.key(VIP6, 1, 6)).slice("addr", 16));
    }

    @Test
    void vip_agrees() {
        Encoded tracked = Encoded.of("vip", new VipRecord(70_000, true).encode());
        assertEquals(70_000, tracked.u32("id"));
        assertEquals(0, tracked.u32("flags"));
        assertEquals(
                btf.enumeration("vip_flags").get("VIP_STATELESS"),
                Encoded.of("vip", new VipRecord(1, false).encode()).u32("flags"));
    }

    private static MemberRecord member(InetAddress vip, int port, InetAddress real) {
        return new MemberRecord(
                vip, port, 17, MemberState.DRAIN, real, new MemberRecord.NextHop(NEXT_HOP, OWN), 70_000);
    }

    @Test
    void member_agrees() {
        Encoded member = Encoded.of("member", member(VIP4, 8443, REAL6).encode());
        assertEquals(MemberRecord.LENGTH, member.struct.size());
        assertArrayEquals(Addresses.encode(VIP4), member.slice("vip", 16));
        assertEquals(8443, member.be16("vip_port"));
        assertEquals(17, member.u8("protocol"));
        assertEquals(MemberState.DRAIN.code(), member.u8("state"));
        assertArrayEquals(REAL6.getAddress(), member.slice("real", 16));
        assertArrayEquals(NEXT_HOP.bytes(), member.slice("next_hop", 6));
        assertArrayEquals(OWN.bytes(), member.slice("source_mac", 6));
        assertEquals(70_000, member.u32("vip_id"));
    }

    @Test
    void member_flags_agree() {
        Map<String, Integer> flags = btf.enumeration("member_flags");
        assertEquals(List.of("MEMBER_VIP_IPV6", "MEMBER_REAL_IPV6", "MEMBER_ANY_PORT"), List.copyOf(flags.keySet()));
        assertEquals(0, Encoded.of("member", member(VIP4, 80, REAL4).encode()).u8("flags"));
        assertEquals(
                flags.get("MEMBER_VIP_IPV6"),
                Encoded.of("member", member(VIP6, 80, REAL4).encode()).u8("flags"));
        assertEquals(
                flags.get("MEMBER_REAL_IPV6"),
                Encoded.of("member", member(VIP4, 80, REAL6).encode()).u8("flags"));
        assertEquals(
                flags.get("MEMBER_ANY_PORT"),
                Encoded.of("member", member(VIP4, 0, REAL4).encode()).u8("flags"));
    }

    @Test
    void member_states_agree() {
        Map<String, Integer> codes = new LinkedHashMap<>();
        for (MemberState state : MemberState.values()) {
            codes.put("MEMBER_" + state.name(), state.code());
        }
        assertEquals(btf.enumeration("member_state"), codes);
    }

    @Test
    void settings_agree() {
        ProgramSettings settings = new ProgramSettings(
                new ProgramSettings.HashKey(1L << 40, 2L << 40, 3, 5),
                new ProgramSettings.OuterSource(0xac100000, 0xffff, 0x0100L << 48, 7, 0xff00ff),
                1 << 16,
                new ProgramSettings.Ticks(8, 61, 901, 59),
                0xfeedbeef);
        Encoded encoded = Encoded.of("settings", settings.encode());
        assertEquals(ProgramSettings.LENGTH, encoded.struct.size());
        assertEquals(constant("ABI_VERSION"), encoded.u32("abi_version"));
        assertEquals(0xfeedbeef, encoded.u32("maglev_seed"));
        assertEquals(1L << 40, encoded.u64("flow_seed", 0));
        assertEquals(2L << 40, encoded.u64("flow_seed", 1));
        assertEquals(3, encoded.u64("flow_multiplier", 0));
        assertEquals(5, encoded.u64("flow_multiplier", 1));
        assertEquals(0x0100L << 48, encoded.be64("source_ipv6", 0));
        assertEquals(7, encoded.be64("source_ipv6", 1));
        assertEquals(0xff00ff, encoded.be64("source_ipv6_entropy", 0));
        assertEquals(0xac100000, encoded.be32("source_ipv4"));
        assertEquals(0xffff, encoded.be32("source_ipv4_entropy"));
        assertEquals((1 << 16) - 1, encoded.u32("flow_pair_mask"));
        assertEquals(8, encoded.u32("tick_shift"));
        assertEquals(61, encoded.u32("reclaim_ticks"));
        assertEquals(901, encoded.u32("long_idle_ticks"));
        assertEquals(59, encoded.u32("short_idle_ticks"));
    }

    @Test
    void settings_that_the_program_reads_are_those_of_its_object() {
        try (Btf program = Btf.parse(Path.of("target/classes/dev/thresher/bpf/lb.bpf.o"))) {
            assertEquals(btf.struct("settings"), program.struct("settings"));
        }
    }

    @Test
    void flow_entry_agrees() {
        FlowEntry entry = new FlowEntry(0x2abcdef1, 0xabcde, 0x9a7, true, false);
        long expected = 0x2abcdef1L << constant("FLOW_TAG_SHIFT")
                | 0xabcdeL << constant("FLOW_MEMBER_SHIFT")
                | 0x9a7L << constant("FLOW_SEEN_SHIFT")
                | constant("FLOW_CONFIRMED");
        assertEquals(expected, entry.encode());
        assertEquals(constant("FLOW_SHORT_LIVED"), new FlowEntry(0, 0, 0, false, true).encode());
        assertEquals(constant("FLOW_MEMBER_MASK"), FlowEntry.LARGEST_MEMBER);
        assertEquals(constant("FLOW_SEEN_MASK"), FlowEntry.SEEN_MODULUS - 1);
        assertEquals(constant("FLOWS_PER_PAIR"), FlowEntry.PER_PAIR);
        assertEquals(constant("FLOWS_PER_BUCKET"), FlowEntry.PER_PAIR / 2);
        assertEquals(
                FlowEntry.PER_PAIR * Long.BYTES, btf.struct("flow_bucket_pair").size());
    }

    @Test
    void maglev_table_agrees() {
        assertEquals(constant("MAGLEV_TABLE_SIZE"), MapNames.TABLE_SLOTS);
        assertEquals(MapNames.TABLE_BYTES, MapNames.TABLE_SLOTS * Integer.BYTES);
    }

    @Test
    void foreign_addresses_agree() {
        assertEquals(
                ForeignAddresses.all().encode().length, btf.struct("foreign").size());
        assertEquals(constant("FOREIGN_BITS"), btf.struct("foreign").size() * Byte.SIZE);
    }

    @Test
    void statistics_are_where_they_are_read() {
        assertEquals(new Btf.Struct(24, Map.of("packets", 0, "bytes", 8, "new_flows", 16)), btf.struct("member_stats"));
        assertEquals(new Btf.Struct(8, Map.of("dropped", 0)), btf.struct("vip_stats"));
        assertEquals(new Btf.Struct(16, Map.of("jiffies", 0, "boot_ns", 8)), btf.struct("clock_reading"));
    }

    @Test
    void counters_agree_in_name_and_order() {
        Map<String, Integer> expected = new LinkedHashMap<>();
        for (Counter counter : Counter.values()) {
            expected.put("COUNTER_" + counter.name(), counter.index());
        }
        expected.put("COUNTER_COUNT", Counter.values().length);
        assertEquals(expected, btf.enumeration("counter"));
    }

    @Test
    void counters_agree_in_text() throws IOException {
        Matcher line = Pattern.compile("X\\((\\w+), \"([^\"]+)\"\\)").matcher(Files.readString(SOURCE));
        Map<String, String> texts = new LinkedHashMap<>();
        while (line.find()) {
            texts.put(line.group(1), line.group(2));
        }
        Map<String, String> expected = new LinkedHashMap<>();
        for (Counter counter : Counter.values()) {
            expected.put(counter.name(), counter.text());
        }
        assertEquals(expected, texts);
    }

    @Test
    void maps_have_the_names_and_types_that_java_knows() {
        try (LoadedProgram lb = LoadedProgram.load()) {
            for (String map : List.of(
                    MapNames.VIPS,
                    MapNames.MEMBERS,
                    MapNames.FLOWS,
                    MapNames.FOREIGN,
                    MapNames.TABLES,
                    MapNames.MEMBER_STATS,
                    MapNames.VIP_STATS,
                    MapNames.COUNTERS)) {
                assertEquals(map.toLowerCase(Locale.ROOT), lb.object().map(map).name());
            }
            assertEquals(
                    MemberRecord.LENGTH,
                    lb.object().map(MapNames.MEMBERS).info().valueSize());
            assertEquals(
                    Counter.values().length,
                    lb.object().map(MapNames.COUNTERS).info().maxEntries());
        }
    }

    private static int constant(String name) {
        Integer value = btf.enumeration("constants").get("CONSTANT_" + name);
        if (value == null) {
            throw new AssertionError(name + " is missing in src/test/c/abi.bpf.c");
        }
        return value;
    }
}
