// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfException;
import dev.thresher.bpf.BpfFs;
import dev.thresher.bpf.BpfMap;
import dev.thresher.bpf.BpfObject;
import dev.thresher.bpf.BpfProgram;
import dev.thresher.bpf.InstancePins;
import dev.thresher.bpf.KernelClock;
import dev.thresher.bpf.MappedArray;
import dev.thresher.bpf.layout.MapNames;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.ProgramSettings;
import dev.thresher.bpf.layout.ProgramSettings.HashKey;
import dev.thresher.bpf.layout.QuicConfig;
import dev.thresher.bpf.layout.QuicServerKey;
import dev.thresher.bpf.layout.SourceRouteKey;
import dev.thresher.bpf.layout.VipRecord;
import dev.thresher.config.Config;
import dev.thresher.config.VipKey;
import dev.thresher.config.XdpMode;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The program in the kernel and its maps. They are pinned, so that they go on when the daemon ends, and a new daemon
 * goes on with them. Nothing is attached until {@link #activate}: fill the maps first.
 */
public final class KernelDatapath implements Datapath, ProgramMaps, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KernelDatapath.class);

    private static final long MILLIS_PER_SECOND = 1000;

    private final Attachment attachment;
    private final boolean startsOver;
    private final BpfObject object;
    private final KernelClock clock;
    private final Capacity capacity;
    private final ProgramSettings settings;
    private final Map<LbMap, BpfMap> maps = new EnumMap<>(LbMap.class);
    private final FlowTable flows;
    private final FlowTable fragments;
    private final KernelVips vips;
    private final BpfMap tableOfNobody;
    private boolean detaches;

    private KernelDatapath(
            Attachment attachment,
            boolean startsOver,
            KernelClock clock,
            Capacity capacity,
            ProgramSettings settings,
            BpfObject object) {
        this.attachment = attachment;
        this.startsOver = startsOver;
        this.clock = clock;
        this.capacity = capacity;
        this.settings = settings;
        this.object = object;
        for (LbMap map : LbMap.values()) {
            maps.put(map, object.map(map.mapName()));
        }
        MappedArray memory = map(LbMap.FLOWS).map();
        this.tableOfNobody = newTable();
        this.flows = new FlowTable(memory.buffer(), memory::close);
        MappedArray fragmentMemory = map(LbMap.FRAGMENTS).map();
        this.fragments = new FlowTable(fragmentMemory.buffer(), fragmentMemory::close);
        this.vips = new KernelVips(map(LbMap.VIPS), map(LbMap.VIP_PREFIXES), map(LbMap.FOREIGN));
    }

    /** Loads the program, with the maps that an earlier daemon of this instance left if they fit. */
    public static KernelDatapath open(Config config) throws DatapathException {
        try {
            if (BpfFs.ensureMounted()) {
                LOG.info("Mounted bpffs on {}", BpfFs.ROOT);
            }
        } catch (IOException e) {
            throw new DatapathException("cannot mount bpffs: " + e.getMessage(), e);
        } catch (BpfException e) {
            throw DatapathException.of(e);
        }
        Attachment attachment = Attachment.claim(config.iface(), new InstancePins(config.instance()));
        try {
            return load(OwnSource.resolve(config), attachment);
        } catch (BpfException e) {
            attachment.close();
            throw DatapathException.of(e);
        } catch (DatapathException | RuntimeException e) {
            attachment.close();
            throw e;
        }
    }

    private static KernelDatapath load(Config config, Attachment attachment) {
        Capacity capacity = Capacity.of(config);
        KernelClock clock = KernelClock.open();
        BpfObject object = BpfObject.open("lb.bpf.o");
        Map<LbMap, BpfMap> adopted = KernelMaps.adoptable(attachment.pins(), capacity);
        try {
            HashKey hashKey = KernelMaps.hashKey(adopted).orElseGet(SettingsSource::newHashKey);
            ProgramSettings settings = SettingsSource.settings(config, hashKey, capacity.flowPairs(), clock.hz());
            object.setReadOnlyData(settings.encode());
            object.setMaxEntries(MapNames.VIP_PREFIXES, 2 * capacity.vips());
            object.setMaxEntries(MapNames.TABLES, capacity.vips());
            object.setMaxEntries(MapNames.VIP_STATS, capacity.vips());
            object.setMaxEntries(MapNames.QUIC_CONFIGS, capacity.vips());
            object.setMaxEntries(MapNames.QUIC_SERVERS, capacity.serverIds());
            object.setMaxEntries(MapNames.SOURCE_ROUTES, capacity.prefixes());
            object.setMaxEntries(MapNames.MEMBERS, capacity.members());
            object.setMaxEntries(MapNames.MEMBER_STATS, capacity.members());
            object.setMaxEntries(MapNames.FLOWS, capacity.flowPairs());
            KernelMaps.reuse(object, adopted);
            object.load();
            boolean startsOver = adopted.isEmpty() && attachment.isTaken();
            return new KernelDatapath(attachment, startsOver, clock, capacity, settings, object);
        } catch (RuntimeException e) {
            object.close();
            clock.close();
            throw e;
        } finally {
            adopted.values().forEach(BpfMap::close);
        }
    }

    /** Pins what was loaded and has it handle the interface's packets, in the place of an earlier program if there is one. */
    public void activate() throws DatapathException {
        boolean fresh = !Files.exists(attachment.pins().link());
        try {
            attachment.attach(object.program("lb"));
            repin();
        } catch (IOException | RuntimeException e) {
            abandon(fresh, e);
            throw new DatapathException(
                    "cannot pin the program in " + attachment.pins().directory() + ": " + e.getMessage(), e);
        } catch (DatapathException e) {
            abandon(fresh, e);
            throw e;
        }
    }

    /**
     * Is a program at work whose maps could not be taken over? It goes on until {@link #activate}, which should wait
     * until the new maps are as good as the old ones.
     */
    public boolean startsOver() {
        return startsOver;
    }

    public XdpMode mode() {
        return attachment.isGeneric() ? XdpMode.GENERIC : XdpMode.DRIVER;
    }

    /** For tests that run packets through it. */
    BpfProgram program() {
        return object.program("lb");
    }

    @Override
    public FlowTable flows() {
        return flows;
    }

    @Override
    public ProgramSettings settings() {
        return settings;
    }

    @Override
    public long nowTicks() {
        return clock.jiffies() >>> settings.ticks().shift();
    }

    @Override
    public Duration age(int ticks) {
        long jiffies = (long) ticks << settings.ticks().shift();
        return Duration.ofMillis(jiffies * MILLIS_PER_SECOND / clock.hz());
    }

    @Override
    public Optional<MemberRecord> member(int id) {
        return map(LbMap.MEMBERS)
                .lookup(index(id))
                .filter(record -> MemberRecord.stateOf(record) != MemberState.FREE)
                .map(MemberRecord::decode);
    }

    @Override
    public int memberAt(int vipId, int slot) {
        return InnerMaps.read(map(LbMap.TABLES), vipId)
                .map(slots ->
                        ByteBuffer.wrap(slots).order(ByteOrder.nativeOrder()).getInt(slot * Integer.BYTES))
                .orElse(0);
    }

    @Override
    public Optional<Integer> sourceRoute(int vipId, InetAddress client) {
        return map(LbMap.SOURCE_ROUTES)
                .lookup(SourceRouteKey.of(vipId, client).encode())
                .map(id -> ByteBuffer.wrap(id).order(ByteOrder.nativeOrder()).getInt());
    }

    /** Kernel memory in bytes, by map; an array of maps counts with the maps in it. */
    public Map<String, Long> memory() {
        Map<String, Long> bytes = new LinkedHashMap<>();
        for (LbMap map : LbMap.values()) {
            bytes.put(map.mapName(), map(map).memoryBytes());
        }
        bytes.put(MapNames.ICMP_BUDGET, object.map(MapNames.ICMP_BUDGET).memoryBytes());
        for (LbMap outer : List.of(LbMap.VIPS, LbMap.TABLES)) {
            bytes.merge(outer.mapName(), innerMemory(map(outer)), Long::sum);
        }
        return bytes;
    }

    private static long innerMemory(BpfMap outer) {
        Set<Integer> ids = new HashSet<>();
        outer.forEach((key, id) ->
                ids.add(ByteBuffer.wrap(id).order(ByteOrder.nativeOrder()).getInt()));
        long bytes = 0;
        for (int id : ids) {
            Optional<BpfMap> inner = BpfMap.openId(outer.name(), id);
            if (inner.isPresent()) {
                try (BpfMap open = inner.get()) {
                    bytes += open.memoryBytes();
                }
            }
        }
        return bytes;
    }

    /** The daemon's view of the per-CPU counters. */
    public TrafficCounters counters() {
        return new TrafficCounters(map(LbMap.MEMBER_STATS), map(LbMap.VIP_STATS), map(LbMap.COUNTERS));
    }

    @Override
    public int memberCapacity() {
        return capacity.members();
    }

    @Override
    public int vipCapacity() {
        return capacity.vips();
    }

    @Override
    public Map<VipKey, VipRecord> vips() {
        return vips.read();
    }

    @Override
    public Map<Integer, MemberRecord> members() {
        Map<Integer, MemberRecord> members = new LinkedHashMap<>();
        ByteBuffer records = map(LbMap.MEMBERS).readArray(capacity.members());
        byte[] record = new byte[MemberRecord.LENGTH];
        for (int id = 1; id < capacity.members(); id++) {
            records.get(id * MemberRecord.LENGTH, record);
            if (MemberRecord.stateOf(record) != MemberState.FREE) {
                members.put(id, MemberRecord.decode(record));
            }
        }
        return members;
    }

    @Override
    public Set<Integer> tables() {
        byte[] nobody = index(tableOfNobody.info().id());
        Set<Integer> ids = new HashSet<>();
        for (int id = 0; id < capacity.vips(); id++) {
            Optional<byte[]> table = map(LbMap.TABLES).lookup(index(id));
            if (table.isPresent() && !Arrays.equals(nobody, table.get())) {
                ids.add(id);
            }
        }
        return ids;
    }

    @Override
    public void replaceVips(Map<VipKey, VipRecord> all) {
        vips.replace(all);
    }

    @Override
    public void putMember(int id, MemberRecord member) {
        map(LbMap.MEMBERS).update(index(id), member.encode());
    }

    /**
     * A packet that is underway may write an entry that it read before. So members first go down, which no packet that
     * begins after that enters anywhere, and their entries go once none is underway that saw them up. Their records go
     * last: whoever finds them after a crash in between begins again.
     */
    @Override
    public void freeMembers(BitSet ids) {
        ids.stream().forEach(id -> member(id).ifPresent(record -> putMember(id, record.with(MemberState.DOWN))));
        InnerMaps.awaitReaders(map(LbMap.TABLES), tableOfNobody);
        flows.purge(ids);
        fragments.purge(ids);
        byte[] empty = new byte[MemberRecord.LENGTH];
        ids.stream().forEach(id -> map(LbMap.MEMBERS).update(index(id), empty));
        counters().retire(ids);
    }

    /** One swap for all of them: each waits some 8 ms for the kernel, whether for one table or for hundreds. */
    @Override
    public void putTables(Map<Integer, Supplier<int[]>> tablesByVip) {
        Map<Integer, BpfMap> tables = new ConcurrentHashMap<>();
        try {
            tablesByVip.entrySet().parallelStream().forEach(entry -> {
                BpfMap table = newTable();
                tables.put(entry.getKey(), table);
                fill(table, entry.getValue().get());
            });
            List<Integer> ids = List.copyOf(tables.keySet());
            map(LbMap.TABLES).updateInner(ids, ids.stream().map(tables::get).toList());
        } finally {
            tables.values().forEach(BpfMap::close);
        }
    }

    private static void fill(BpfMap table, int[] slots) {
        ByteBuffer value = ByteBuffer.allocate(MapNames.TABLE_BYTES).order(ByteOrder.nativeOrder());
        value.asIntBuffer().put(slots);
        table.update(index(0), value.array());
    }

    /** A table of nobody does the same as none, and takes effect for all VIPs at once: each removal waits for RCU. */
    @Override
    public void removeTables(Set<Integer> vipIds) {
        map(LbMap.TABLES).updateInner(List.copyOf(vipIds), Collections.nCopies(vipIds.size(), tableOfNobody));
    }

    @Override
    public void freeVips(Set<Integer> ids) {
        removeTables(ids);
        byte[] zeroes = new byte[map(LbMap.VIP_STATS).valueBytes()];
        ids.forEach(id -> map(LbMap.VIP_STATS).update(index(id), zeroes));
    }

    @Override
    public EntryMap<Integer, Integer> egress() {
        return KernelEntries.egress(map(LbMap.EGRESS));
    }

    @Override
    public EntryMap<Integer, QuicConfig> quicConfigs() {
        return KernelEntries.quicConfigs(map(LbMap.QUIC_CONFIGS));
    }

    @Override
    public EntryMap<QuicServerKey, Integer> quicServers() {
        return KernelEntries.quicServers(map(LbMap.QUIC_SERVERS));
    }

    @Override
    public EntryMap<SourceRouteKey, Integer> sourceRoutes() {
        return KernelEntries.sourceRoutes(map(LbMap.SOURCE_ROUTES));
    }

    /** Has {@link #close} end the data plane too. */
    public void detachOnClose() {
        detaches = true;
    }

    /** Ends this process's part; the data plane goes on. */
    @Override
    public void close() {
        if (detaches) {
            attachment.pins().detach(); // while the instance is ours: no other daemon meets half of it
        }
        flows.close();
        fragments.close();
        tableOfNobody.close();
        object.close();
        clock.close();
        attachment.close();
    }

    /** Leaves nothing half done, but a program that was there before stays: it balances. */
    private void abandon(boolean fresh, Exception reason) {
        try {
            if (fresh) {
                attachment.pins().detach();
            }
        } catch (RuntimeException e) {
            reason.addSuppressed(e);
        }
    }

    /** The settings go last and are taken away first: they vouch for the rest. */
    private void repin() throws IOException {
        InstancePins pins = attachment.pins();
        Files.deleteIfExists(pins.map(LbMap.SETTINGS.pinName()));
        Files.deleteIfExists(pins.program());
        object.program("lb").pin(pins.program());
        for (LbMap map : LbMap.values()) {
            Files.deleteIfExists(pins.map(map.pinName()));
            map(map).pin(pins.map(map.pinName()).toString());
        }
    }

    /** All slots are 0, which is nobody's id. */
    private static BpfMap newTable() {
        return BpfMap.createArray("maglev", MapNames.TABLE_BYTES, 1);
    }

    private BpfMap map(LbMap map) {
        BpfMap found = maps.get(map);
        if (found == null) {
            throw new IllegalStateException("no map " + map);
        }
        return found;
    }

    private static byte[] index(int index) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(index)
                .array();
    }
}
