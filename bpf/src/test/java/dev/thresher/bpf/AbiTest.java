// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.layout.Addresses;
import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.ForeignAddresses;
import dev.thresher.bpf.layout.HashKind;
import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MapNames;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberRecord.Encapsulation;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.ProgramSettings;
import dev.thresher.bpf.layout.QuicConfig;
import dev.thresher.bpf.layout.QuicServerKey;
import dev.thresher.bpf.layout.SourceRouteKey;
import dev.thresher.bpf.layout.VipMatch;
import dev.thresher.bpf.layout.VipRecord;
import dev.thresher.bpf.layout.VipTable;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
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
    private static final InetAddress NET4 = Frame.address("198.51.100.0");
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

        int u16(String member) {
            return bytes.getShort(at(member)) & 0xffff;
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
    void vip_agrees() {
        VipMatch key = new VipMatch(VIP4, 8443, 17);
        Encoded tracked = Encoded.of("vip", new VipRecord(70_000, true).encode(key));
        assertArrayEquals(Addresses.encode(VIP4), tracked.slice("addr", 16));
        assertEquals(8443, tracked.be16("port"));
        assertEquals(17, tracked.u8("protocol"));
        assertEquals(0, tracked.u8("flags"));
        assertEquals(70_000, tracked.u32("id"));
        assertEquals(-1, tracked.be32("hash_ports"));
        assertEquals(-1, tracked.u32("hash_source"));
    }

    @Test
    void vip_flags_agree() {
        Map<String, Integer> flags = btf.enumeration("vip_flags");
        assertEquals(flags.get("VIP_STATELESS"), flags(new VipRecord(1, false)));
        assertEquals(flags.get("VIP_QUIC"), flags(new VipRecord(1, true, HashKind.FIVE_TUPLE, true, false)));
        assertEquals(flags.get("VIP_SOURCE_ROUTES"), flags(new VipRecord(1, true, HashKind.FIVE_TUPLE, false, true)));
        assertEquals(flags.get("VIP_HASH_ADDRESS_ONLY"), flags(new VipRecord(1, true, HashKind.SOURCE, false, false)));
    }

    private static Integer flags(VipRecord vip) {
        return Encoded.of("vip", vip.encode(new VipMatch(VIP6, 80, 6))).u8("flags");
    }

    @Test
    void vip_table_agrees() {
        VipMatch web = new VipMatch(VIP4, 80, 6);
        Encoded table = Encoded.of("vip_table", VipTable.encode(Map.of(web, new VipRecord(3, true))));
        assertEquals(0, table.u32("flags"));
        assertEquals(2, entries(table).size());
        assertTrue(entries(table).contains(ByteBuffer.wrap(new VipRecord(3, true).encode(web))));
        assertEquals(btf.struct("vip").size(), VipRecord.LENGTH);
        assertEquals(
                constant("VIPS_PER_BUCKET") * VipRecord.LENGTH,
                btf.struct("vip_bucket").size());
    }

    /** The places of the buckets that are taken. */
    private static Set<ByteBuffer> entries(Encoded table) {
        Set<ByteBuffer> entries = new HashSet<>();
        int from = table.at("buckets");
        assertEquals(from + constant("VIP_BUCKETS") * 128, VipTable.BYTES);
        for (int at = from; at < VipTable.BYTES; at += VipRecord.LENGTH) {
            entries.add(table.bytes.slice(at, VipRecord.LENGTH));
        }
        entries.remove(ByteBuffer.allocate(VipRecord.LENGTH));
        return entries;
    }

    @Test
    void flags_of_the_vip_table_agree() {
        Map<String, Integer> flags = btf.enumeration("vip_table_flags");
        VipRecord vip = new VipRecord(1, true);
        Map<VipMatch, VipRecord> anyPort = Map.of(new VipMatch(VIP4, 0, 6), vip);
        Map<VipMatch, VipRecord> prefix = Map.of(new VipMatch(NET4, 24, 80, 6), vip);
        assertEquals(
                flags.get("VIP_TABLE_ANY_PORT"),
                Encoded.of("vip_table", VipTable.encode(anyPort)).u32("flags"));
        assertEquals(
                flags.get("VIP_TABLE_PREFIXES"),
                Encoded.of("vip_table", VipTable.encode(prefix)).u32("flags"));
    }

    @Test
    void addresses_of_vips_have_entries_that_agree() {
        Map<String, Integer> flags = btf.enumeration("vip_flags");
        Encoded both = Encoded.of("vip", VipRecord.encodeAddress(VIP4, true, true));
        assertArrayEquals(Addresses.encode(VIP4), both.slice("addr", 16));
        assertEquals(0, both.be16("port"));
        assertEquals(0, both.u8("protocol"));
        assertEquals(
                flags.getOrDefault("VIP_ADDRESS_TCP", 0) | flags.getOrDefault("VIP_ADDRESS_UDP", 0), both.u8("flags"));
        assertEquals(
                flags.get("VIP_ADDRESS_UDP"),
                Encoded.of("vip", VipRecord.encodeAddress(VIP4, false, true)).u8("flags"));
    }

    @Test
    void vip_prefix_key_agrees() {
        VipMatch prefix = new VipMatch(NET4, 24, 8443, 17);
        Encoded key = Encoded.of("vip_prefix_key", VipTable.prefixKey(prefix));
        assertEquals(prefix, VipTable.prefixOf(VipTable.prefixKey(prefix)));
        assertEquals(17, key.u8("protocol"));
        assertEquals(32 + 96 + 24, key.u32("prefixlen"));
        assertEquals(8443, key.be16("port"));
        assertArrayEquals(Addresses.encode(NET4), key.slice("addr", 16));
    }

    @Test
    void quic_config_agrees() {
        Map<String, Integer> schemes = btf.enumeration("quic_scheme");
        Encoded lb =
                Encoded.of("quic_config", QuicConfig.quicLb(Map.of(0, 4, 6, 15)).encode());
        assertEquals(schemes.get("QUIC_LB"), lb.u8("scheme"));
        assertArrayEquals(new byte[] {4, 0, 0, 0, 0, 0, 15}, lb.slice("id_length", QuicConfig.ROTATIONS));
        assertEquals(schemes.get("QUIC_KATRAN"), (int) QuicConfig.KATRAN.encode()[0]);
        assertEquals(schemes.get("QUIC_NONE"), (int) QuicConfig.NONE.encode()[0]);
        assertEquals(QuicConfig.Scheme.values().length, schemes.size());
    }

    @Test
    void quic_server_key_agrees() {
        Encoded key = Encoded.of("quic_server_key", new QuicServerKey(70_000, 6, "0a0bff").encode());
        assertEquals(70_000, key.u32("vip_id"));
        assertEquals(6, key.u8("version"));
        assertEquals(3, key.u8("length"));
        assertArrayEquals(Arrays.copyOf(new byte[] {10, 11, -1}, 16), key.slice("id", 16));
    }

    @Test
    void source_route_key_agrees() {
        Encoded v4 = Encoded.of("source_route_key", new SourceRouteKey(70_000, NET4, 24).encode());
        assertEquals(32 + 96 + 24, v4.u32("prefixlen"));
        assertEquals(70_000, v4.u32("vip_id"));
        assertArrayEquals(Addresses.encode(NET4), v4.slice("addr", 16));
        assertEquals(
                32 + 64,
                Encoded.of("source_route_key", new SourceRouteKey(1, REAL6, 64).encode())
                        .u32("prefixlen"));
    }

    private static MemberRecord member(InetAddress vip, int port, InetAddress real) {
        return member(vip, port, real, MemberRecord.NextHop.TAGS_AS_THEY_CAME);
    }

    private static MemberRecord member(InetAddress vip, int port, InetAddress real, int vlan) {
        return new MemberRecord(
                new VipMatch(vip, port, 17),
                MemberState.DRAIN,
                real,
                new MemberRecord.NextHop(NEXT_HOP, OWN, 65_000, 63, vlan),
                70_000);
    }

    @Test
    void member_agrees() {
        Encoded member = Encoded.of("member", member(VIP4, 8443, REAL6).encode());
        assertEquals(MemberRecord.LENGTH, member.struct.size());
        assertArrayEquals(Addresses.encode(VIP4), member.slice("vip", 16));
        assertEquals(128, member.u8("vip_prefix_bits"));
        assertEquals(8443, member.be16("vip_port"));
        assertEquals(17, member.u8("protocol"));
        assertEquals(MemberState.DRAIN.code(), member.u8("state"));
        assertArrayEquals(REAL6.getAddress(), member.slice("real", 16));
        assertArrayEquals(NEXT_HOP.bytes(), member.slice("next_hop", 6));
        assertArrayEquals(OWN.bytes(), member.slice("source_mac", 6));
        assertEquals(70_000, member.u32("vip_id"));
        assertEquals(65_000, member.u16("mtu"));
        assertEquals(63, member.u8("egress"));
        assertEquals(0, member.be16("gue_port"));
    }

    @Test
    void member_flags_agree() {
        assertEquals(0, flags(member(VIP4, 80, REAL4)));
        assertFlag("MEMBER_VIP_IPV6", member(VIP6, 80, REAL4));
        assertFlag("MEMBER_REAL_IPV6", member(VIP4, 80, REAL6));
        assertFlag("MEMBER_ANY_PORT", member(VIP4, 0, REAL4));
        assertFlag("MEMBER_PREFIX", variant(new VipMatch(NET4, 24, 80, 17), Encapsulation.IPIP, false));
        VipMatch web = new VipMatch(VIP4, 80, 17);
        assertFlag("MEMBER_GUE", variant(web, Encapsulation.gue(6080), false));
        assertFlag("MEMBER_L2", variant(web, Encapsulation.L2, false));
        assertFlag("MEMBER_ROUTED", variant(web, Encapsulation.IPIP, true));
        assertFlag("MEMBER_TAGGED", member(VIP4, 80, REAL4, 4094));
        assertEquals(8, btf.enumeration("member_flags").size());
    }

    @Test
    void member_of_a_prefix_says_how_many_bits_count() {
        MemberRecord member = variant(new VipMatch(NET4, 24, 80, 17), Encapsulation.IPIP, false);
        assertEquals(120, Encoded.of("member", member.encode()).u8("vip_prefix_bits"));
    }

    @Test
    void member_says_what_its_packets_are_tagged_with() {
        assertEquals(0, vlan(MemberRecord.NextHop.TAGS_AS_THEY_CAME));
        assertEquals(constant("MEMBER_VLAN_KNOWN"), vlan(MemberRecord.NextHop.UNTAGGED));
        assertEquals(constant("MEMBER_VLAN_KNOWN") | 4094, vlan(4094));
        assertEquals(4095, constant("MEMBER_VLAN_ID"));
    }

    private int vlan(int id) {
        MemberRecord member = member(VIP4, 80, REAL4, id);
        assertEquals(member, MemberRecord.decode(member.encode()));
        return Encoded.of("member", member.encode()).be16("vlan");
    }

    @Test
    void member_of_gue_has_its_port() {
        MemberRecord member = variant(new VipMatch(VIP4, 80, 17), Encapsulation.gue(6081), false);
        assertEquals(6081, Encoded.of("member", member.encode()).be16("gue_port"));
    }

    private static MemberRecord variant(VipMatch vip, Encapsulation encapsulation, boolean routed) {
        return new MemberRecord(
                vip, MemberState.UP, REAL4, new MemberRecord.NextHop(NEXT_HOP, OWN), encapsulation, 1, routed);
    }

    private static int flags(MemberRecord member) {
        return Encoded.of("member", member.encode()).u16("flags");
    }

    private static void assertFlag(String name, MemberRecord member) {
        assertEquals(btf.enumeration("member_flags").get(name), flags(member), name);
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
        assertEquals(constant("FRAGMENT_TICKS"), FlowEntry.FRAGMENT_TICKS);
        assertEquals(
                FlowEntry.PER_PAIR * Long.BYTES, btf.struct("flow_bucket_pair").size());
    }

    @Test
    void maglev_table_agrees() {
        assertEquals(constant("MAGLEV_TABLE_SIZE"), MapNames.TABLE_SLOTS);
        assertEquals(constant("STAND_INS"), MapNames.STAND_INS);
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
        assertEquals(
                new Btf.Struct(Counter.dropReasons().size() * Long.BYTES, Map.of("dropped", 0)),
                btf.struct("vip_stats"));
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
    void drop_reasons_agree() {
        assertEquals(constant("DROP_REASON_COUNT"), Counter.dropReasons().size());
        for (int i = 0; i < Counter.dropReasons().size(); i++) {
            assertEquals(
                    constant("FIRST_DROP_REASON") + i,
                    Counter.dropReasons().get(i).index());
        }
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
                    MapNames.COUNTERS,
                    MapNames.VIP_PREFIXES,
                    MapNames.FRAGMENTS,
                    MapNames.EGRESS,
                    MapNames.ICMP_BUDGET,
                    MapNames.QUIC_CONFIGS,
                    MapNames.QUIC_SERVERS,
                    MapNames.SOURCE_ROUTES)) {
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
