// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.ForeignAddresses;
import dev.thresher.bpf.layout.HashKind;
import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MapNames;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.ProgramSettings;
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
import java.util.Map;
import java.util.function.IntUnaryOperator;

/** The load balancer's program in the kernel, with small maps, and what a test does with it. */
public final class LoadedProgram implements AutoCloseable {
    public static final MacAddress NEXT_HOP = MacAddress.parse("02:00:00:00:00:01");
    public static final MacAddress OWN = MacAddress.parse("02:00:00:00:00:02");

    private static final int VIPS = 32;
    private static final int MEMBERS = 256;

    private final ProgramSettings settings;
    private final BpfObject object;
    private final BpfProgram program;
    private final MappedFlows flows;
    private final Map<VipMatch, VipRecord> vips = new LinkedHashMap<>();
    // Id 0 of a VIP is as good as any other; id 0 of a member is not.
    private int nextVip;
    private int nextMember = 1;

    /** One VIP as the tests name it. */
    public record Service(int id, VipMatch match) {
        InetAddress address() {
            return match.address();
        }

        int port() {
            return match.port();
        }

        int protocol() {
            return match.protocol();
        }
    }

    /** {@code struct member_stats}, all CPUs together. */
    public record MemberStats(long packets, long bytes, long newFlows) {}

    private LoadedProgram(BpfObject object, ProgramSettings settings) {
        this.object = object;
        this.settings = settings;
        this.program = object.program("lb");
        this.flows = new MappedFlows(object.map(MapNames.FLOWS).map(), settings);
    }

    public static LoadedProgram load() {
        return load(TestSettings.DEFAULT);
    }

    public static LoadedProgram load(ProgramSettings settings) {
        return new LoadedProgram(open(settings).load(), settings);
    }

    /** Everything up to the load itself. */
    public static BpfObject open(ProgramSettings settings) {
        Privileges.require();
        BpfObject object = BpfObject.open("lb.bpf.o");
        object.setReadOnlyData(settings.encode());
        for (String map : List.of(
                MapNames.TABLES,
                MapNames.VIP_STATS,
                MapNames.VIP_PREFIXES,
                MapNames.QUIC_CONFIGS,
                MapNames.QUIC_SERVERS,
                MapNames.SOURCE_ROUTES)) {
            object.setMaxEntries(map, VIPS);
        }
        for (String map : List.of(MapNames.MEMBERS, MapNames.MEMBER_STATS)) {
            object.setMaxEntries(map, MEMBERS);
        }
        object.setMaxEntries(MapNames.FLOWS, settings.flowPairs());
        return object;
    }

    public ProgramSettings settings() {
        return settings;
    }

    public BpfObject object() {
        return object;
    }

    public BpfProgram program() {
        return program;
    }

    public MappedFlows flows() {
        return flows;
    }

    public Service addVip(String address, int port, int protocol) {
        return addVip(address, port, protocol, true);
    }

    public Service addVip(String address, int port, int protocol, boolean tracked) {
        return addVip(new VipMatch(Frame.address(address), port, protocol), tracked, HashKind.FIVE_TUPLE);
    }

    public Service addVip(VipMatch match, boolean tracked, HashKind hash) {
        Service service = new Service(nextVip++, match);
        vips.put(match, new VipRecord(service.id, tracked, hash, false, false));
        writeVips();
        return service;
    }

    /** Adds a UDP VIP whose connection ids name real servers. */
    public Service addQuicVip(String address, int port, QuicConfig config) {
        Service service = addRoutedVip(address, port, Frame.UDP, true, false);
        object.map(MapNames.QUIC_CONFIGS).update(key(service.id), config.encode());
        return service;
    }

    /** Adds a VIP that asks for connection ids or for source routes. */
    public Service addRoutedVip(String address, int port, int protocol, boolean quic, boolean sourceRoutes) {
        VipMatch match = new VipMatch(Frame.address(address), port, protocol);
        return addRoutedVip(match, HashKind.FIVE_TUPLE, quic, sourceRoutes);
    }

    public Service addRoutedVip(VipMatch match, HashKind hash, boolean quic, boolean sourceRoutes) {
        Service service = new Service(nextVip++, match);
        vips.put(match, new VipRecord(service.id, true, hash, quic, sourceRoutes));
        writeVips();
        return service;
    }

    /** Adds a member, which is up, of a VIP that has routes. */
    public int addRoutedMember(Service service, String real) {
        int id = addMember(service, real);
        MemberRecord member = member(id);
        put(
                id,
                new MemberRecord(
                        service.match,
                        member.state(),
                        member.real(),
                        member.nextHop(),
                        member.encapsulation(),
                        service.id,
                        true));
        return id;
    }

    public void nameServer(Service service, int version, String id, int memberId) {
        QuicServerKey server = new QuicServerKey(service.id, version, id);
        object.map(MapNames.QUIC_SERVERS).update(server.encode(), key(memberId));
    }

    public void routeClients(Service service, String network, int bits, int memberId) {
        SourceRouteKey clients = new SourceRouteKey(service.id, Frame.address(network), bits);
        object.map(MapNames.SOURCE_ROUTES).update(clients.encode(), key(memberId));
    }

    public void removeVip(Service service) {
        vips.remove(service.match);
        writeVips();
    }

    private void writeVips() {
        object.map(MapNames.FOREIGN)
                .update(key(0), ForeignAddresses.without(vips.keySet()).encode());
        BpfMap prefixes = object.map(MapNames.VIP_PREFIXES);
        List<byte[]> before = new ArrayList<>();
        prefixes.forEach((key, value) -> before.add(key));
        before.forEach(prefixes::delete);
        VipTable.prefixes(vips).forEach((prefix, value) -> prefixes.update(VipTable.prefixKey(prefix), value));
        try (BpfMap inner = BpfMap.createAligned("test_vips", VipTable.BYTES)) {
            inner.update(key(0), VipTable.encode(vips));
            object.map(MapNames.VIPS).updateInner(List.of(0), List.of(inner));
        }
    }

    /** Adds a member that is up and answers its id; no table has it yet. */
    public int addMember(Service service, String real) {
        int id = nextMember++;
        MemberRecord.NextHop nextHop = new MemberRecord.NextHop(NEXT_HOP, OWN);
        put(id, new MemberRecord(service.match, MemberState.UP, Frame.address(real), nextHop, service.id));
        return id;
    }

    public void put(int memberId, MemberRecord member) {
        object.map(MapNames.MEMBERS).update(key(memberId), member.encode());
    }

    public MemberRecord member(int id) {
        return MemberRecord.decode(object.map(MapNames.MEMBERS).lookup(key(id)).orElseThrow());
    }

    public void setState(int memberId, MemberState state) {
        put(memberId, member(memberId).with(state));
    }

    /** Gives the VIP a table with these members in turns; 0 is a slot that nobody has. */
    public void setTable(Service service, int... memberIds) {
        setTable(service, slot -> memberIds[slot % memberIds.length]);
    }

    public void setTable(Service service, IntUnaryOperator memberOfSlot) {
        ByteBuffer table = ByteBuffer.allocate(MapNames.TABLE_BYTES).order(ByteOrder.nativeOrder());
        for (int slot = 0; slot < MapNames.TABLE_SLOTS; slot++) {
            table.putInt(memberOfSlot.applyAsInt(slot));
        }
        try (BpfMap inner = BpfMap.createArray("test_table", MapNames.TABLE_BYTES, 1)) {
            inner.update(key(0), table.array());
            object.map(MapNames.TABLES).updateInner(List.of(service.id), List.of(inner));
        }
    }

    public BpfProgram.Output run(Frame frame) {
        return run(frame.bytes());
    }

    public BpfProgram.Output run(byte[] frame) {
        return program.testRun(frame);
    }

    public long counter(Counter counter) {
        return sum(MapNames.COUNTERS, counter.index(), 0);
    }

    public MemberStats stats(int memberId) {
        return new MemberStats(
                sum(MapNames.MEMBER_STATS, memberId, 0),
                sum(MapNames.MEMBER_STATS, memberId, Long.BYTES),
                sum(MapNames.MEMBER_STATS, memberId, 2 * Long.BYTES));
    }

    /** Whatever the reason. */
    public long dropped(Service service) {
        return Counter.dropReasons().stream()
                .mapToLong(reason -> dropped(service, reason))
                .sum();
    }

    public long dropped(Service service, Counter reason) {
        int index = Counter.dropReasons().indexOf(reason);
        return sum(MapNames.VIP_STATS, service.id, index * Long.BYTES);
    }

    @Override
    public void close() {
        flows.close();
        object.close();
    }

    public static byte[] key(int index) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(index)
                .array();
    }

    /** All CPUs' numbers at an offset of a per-CPU value. */
    private long sum(String mapName, int index, int offset) {
        BpfMap map = object.map(mapName);
        ByteBuffer values =
                ByteBuffer.wrap(map.lookup(key(index)).orElseThrow()).order(ByteOrder.nativeOrder());
        long sum = 0;
        for (int at = offset; at < values.capacity(); at += map.perCpuStride()) {
            sum += values.getLong(at);
        }
        return sum;
    }
}
