// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import dev.thresher.bpf.BpfMap;
import dev.thresher.bpf.BpfObject;
import dev.thresher.bpf.BpfProgram;
import dev.thresher.bpf.MappedArray;
import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.ForeignAddresses;
import dev.thresher.bpf.layout.HashKind;
import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MapNames;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberRecord.Encapsulation;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.ProgramSettings;
import dev.thresher.bpf.layout.ProgramSettings.HashKey;
import dev.thresher.bpf.layout.ProgramSettings.OuterSource;
import dev.thresher.bpf.layout.ProgramSettings.Ticks;
import dev.thresher.bpf.layout.QuicConfig;
import dev.thresher.bpf.layout.QuicServerKey;
import dev.thresher.bpf.layout.SourceRouteKey;
import dev.thresher.bpf.layout.VipMatch;
import dev.thresher.bpf.layout.VipRecord;
import dev.thresher.bpf.layout.VipTable;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/** One set of maps with VIPs in it, and several loads of the load balancer's program that share it. */
final class Balancer implements AutoCloseable {
    /** Real servers of each VIP. */
    static final int REALS = 100;

    private static final String OBJECT = "lb.bpf.o";
    private static final List<String> MAPS = List.of(
            MapNames.VIPS,
            MapNames.FOREIGN,
            MapNames.MEMBERS,
            MapNames.FLOWS,
            MapNames.TABLES,
            MapNames.MEMBER_STATS,
            MapNames.VIP_STATS,
            MapNames.COUNTERS,
            MapNames.EGRESS,
            MapNames.QUIC_CONFIGS,
            MapNames.QUIC_SERVERS,
            MapNames.SOURCE_ROUTES);
    private static final int PAIR_BYTES = FlowEntry.PER_PAIR * Long.BYTES;
    private static final long SEED = 0x7468726573686572L;

    /** Its index in every namespace. Nothing is sent: BPF_PROG_TEST_RUN only asks for the verdict. */
    private static final int LOOPBACK = 1;

    private static final NextHop NEXT_HOP =
            new NextHop(MacAddress.parse("02:00:00:00:01:01"), MacAddress.parse("02:00:00:00:00:01"));
    private static final InetAddress FIRST_IPV4_REAL = Traffic.address("10.0.0.1");
    private static final InetAddress FIRST_IPV6_REAL = Traffic.address("fd00::1");

    /**
     * How real servers are reached, and which packets name one.
     *
     * @param egress index into the map of interfaces, or 0
     * @param routed connection ids of UDP packets name real servers, clients of TCP have source routes
     */
    record Pools(Encapsulation encapsulation, int egress, boolean routed) {
        static final Pools PLAIN = new Pools(Encapsulation.IPIP, 0, false);
        static final Pools ROUTED = new Pools(Encapsulation.IPIP, 0, true);
        static final Pools ANOTHER_INTERFACE = new Pools(Encapsulation.IPIP, 1, false);

        Pools with(Encapsulation newEncapsulation) {
            return new Pools(newEncapsulation, egress, routed);
        }
    }

    private final List<BpfObject> loads = new ArrayList<>();
    private final List<Traffic.Kind> kinds;
    private final int vipsPerKind;
    private final int flowPairs;
    private final Pools pools;
    private final BpfMap flows;
    private final MappedArray flowMemory;

    private Balancer(List<Traffic.Kind> kinds, int vipsPerKind, int flowPairs, int count, Pools pools) {
        this.kinds = kinds;
        this.vipsPerKind = vipsPerKind;
        this.flowPairs = flowPairs;
        this.pools = pools;
        for (int i = 0; i < count; i++) {
            loads.add(load());
        }
        BpfObject first = loads.get(0);
        flows = first.map(MapNames.FLOWS);
        flowMemory = flows.map();
        fill(first);
    }

    /**
     * Loads the program {@code count} times.
     *
     * @param kinds for each of these there are {@code vipsPerKind} VIPs of {@link #REALS} members
     * @param maxFlows a power of two
     */
    static Balancer load(List<Traffic.Kind> kinds, int vipsPerKind, int maxFlows, int count) {
        return load(kinds, vipsPerKind, maxFlows, count, Pools.PLAIN);
    }

    /** The same with other pools. */
    static Balancer load(List<Traffic.Kind> kinds, int vipsPerKind, int maxFlows, int count, Pools pools) {
        return new Balancer(kinds, vipsPerKind, maxFlows / FlowEntry.PER_PAIR, count, pools);
    }

    private BpfObject load() {
        BpfObject object = BpfObject.open(OBJECT);
        int vips = kinds.size() * vipsPerKind;
        int members = vips * REALS + 1;
        object.setReadOnlyData(settings().encode());
        if (loads.isEmpty()) {
            object.setMaxEntries(MapNames.TABLES, vips);
            object.setMaxEntries(MapNames.VIP_STATS, vips);
            object.setMaxEntries(MapNames.MEMBERS, members);
            object.setMaxEntries(MapNames.MEMBER_STATS, members);
            object.setMaxEntries(MapNames.FLOWS, flowPairs);
            object.setMaxEntries(MapNames.QUIC_CONFIGS, vips);
            object.setMaxEntries(MapNames.QUIC_SERVERS, members);
            object.setMaxEntries(MapNames.SOURCE_ROUTES, members);
        } else {
            MAPS.forEach(map -> object.reuse(map, loads.get(0).map(map)));
        }
        return object.load();
    }

    private ProgramSettings settings() {
        SplittableRandom random = new SplittableRandom(SEED);
        HashKey key = new HashKey(random.nextLong(), random.nextLong(), random.nextLong() | 1, random.nextLong() | 1);
        OuterSource source = new OuterSource(0xac100000, 0xffff, 0x0100_0000_0000_0000L, 0, -1);
        // A tick of 2^8 jiffies is a second at HZ=250; the ages are the daemon's defaults.
        return new ProgramSettings(key, source, flowPairs, new Ticks(8, 60, 900, 60), 0);
    }

    private void fill(BpfObject object) {
        if (pools.egress != 0) {
            object.map(MapNames.EGRESS).update(bytesOf(pools.egress), bytesOf(LOOPBACK));
        }
        SplittableRandom random = new SplittableRandom(SEED);
        Map<VipMatch, VipRecord> vips = new LinkedHashMap<>();
        BpfMap members = object.map(MapNames.MEMBERS);
        List<Integer> keys = new ArrayList<>();
        List<BpfMap> tables = new ArrayList<>();
        for (Traffic.Kind kind : kinds) {
            for (int i = 0; i < vipsPerKind; i++) {
                int vipId = keys.size();
                InetAddress vip = Traffic.after(kind.destination, i);
                VipMatch match = new VipMatch(vip, Traffic.VIP_PORT, kind.protocol);
                vips.put(match, vip(vipId, kind));
                InetAddress firstReal = kind.isIpv6() ? FIRST_IPV6_REAL : FIRST_IPV4_REAL;
                int firstMember = vipId * REALS + 1;
                for (int j = 0; j < REALS; j++) {
                    InetAddress real = Traffic.after(firstReal, vipId * REALS + j);
                    members.update(
                            bytesOf(firstMember + j), member(match, real, vipId).encode());
                }
                if (pools.routed) {
                    route(object, kind, vipId, firstMember);
                }
                keys.add(vipId);
                tables.add(table(firstMember, random));
            }
        }
        object.map(MapNames.FOREIGN)
                .update(bytesOf(0), ForeignAddresses.without(vips.keySet()).encode());
        try (BpfMap table = BpfMap.createAligned("bench_vips", VipTable.BYTES)) {
            table.update(bytesOf(0), VipTable.encode(vips));
            object.map(MapNames.VIPS).updateInner(List.of(0), List.of(table));
        }
        object.map(MapNames.TABLES).updateInner(keys, tables);
        tables.forEach(BpfMap::close);
    }

    private VipRecord vip(int vipId, Traffic.Kind kind) {
        boolean udp = kind == Traffic.Kind.UDP_IPV4;
        return new VipRecord(vipId, true, HashKind.FIVE_TUPLE, pools.routed && udp, pools.routed && !udp);
    }

    private MemberRecord member(VipMatch match, InetAddress real, int vipId) {
        NextHop nextHop = NEXT_HOP.behind(pools.egress);
        return new MemberRecord(match, MemberState.UP, real, nextHop, pools.encapsulation, vipId, pools.routed);
    }

    /** Every real server has an id, and a prefix of clients. */
    private static void route(BpfObject object, Traffic.Kind kind, int vipId, int firstMember) {
        if (kind == Traffic.Kind.UDP_IPV4) {
            object.map(MapNames.QUIC_CONFIGS)
                    .update(
                            bytesOf(vipId),
                            QuicConfig.quicLb(Map.of(0, Integer.BYTES)).encode());
        }
        for (int i = 0; i < REALS; i++) {
            byte[] member = bytesOf(firstMember + i);
            if (kind == Traffic.Kind.UDP_IPV4) {
                String id = String.format(Locale.ROOT, "%08x", Traffic.SERVER_ID + i);
                object.map(MapNames.QUIC_SERVERS).update(new QuicServerKey(vipId, 0, id).encode(), member);
            } else {
                InetAddress net = Traffic.after(kind.client(), i << Byte.SIZE);
                object.map(MapNames.SOURCE_ROUTES).update(new SourceRouteKey(vipId, net, 24).encode(), member);
            }
        }
    }

    private static BpfMap table(int firstMember, SplittableRandom random) {
        ByteBuffer slots = ByteBuffer.allocate(MapNames.TABLE_BYTES).order(ByteOrder.nativeOrder());
        for (int i = 0; i < MapNames.TABLE_SLOTS; i++) {
            slots.putInt(firstMember + random.nextInt(REALS));
        }
        BpfMap table = BpfMap.createArray("bench_table", MapNames.TABLE_BYTES, 1);
        table.update(bytesOf(0), slots.array());
        return table;
    }

    private static byte[] bytesOf(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(value)
                .array();
    }

    BpfProgram program(int load) {
        return loads.get(load).program("lb");
    }

    BpfMap flows() {
        return flows;
    }

    /** Empties the connection table. */
    void forgetFlows() {
        ByteBuffer memory = flowMemory.buffer();
        while (memory.hasRemaining()) {
            memory.putLong(0);
        }
    }

    /** The first pair of buckets that holds a flow. */
    int firstUsedPair() {
        return usedPair().orElseThrow(() -> new BenchException("the program recorded no flow"));
    }

    boolean hasFlows() {
        return usedPair().isPresent();
    }

    private OptionalInt usedPair() {
        ByteBuffer memory = flowMemory.buffer();
        for (int at = 0; at < memory.limit(); at += Long.BYTES) {
            if (memory.getLong(at) != 0) {
                return OptionalInt.of(at / PAIR_BYTES);
            }
        }
        return OptionalInt.empty();
    }

    /** Flows that were started since the program was loaded. */
    long newFlows() {
        BpfMap stats = loads.get(0).map(MapNames.MEMBER_STATS);
        int members = kinds.size() * vipsPerKind * REALS + 1;
        ByteBuffer values = stats.readArray(members);
        int stride = stats.perCpuStride();
        long sum = 0;
        for (int at = 0; at < values.limit(); at += stride) {
            sum += values.getLong(at + 2 * Long.BYTES);
        }
        return sum;
    }

    @Override
    public void close() {
        flowMemory.close();
        loads.forEach(BpfObject::close);
    }
}
