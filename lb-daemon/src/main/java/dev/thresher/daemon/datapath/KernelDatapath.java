// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfException;
import dev.thresher.bpf.BpfFs;
import dev.thresher.bpf.BpfMap;
import dev.thresher.bpf.BpfProgram;
import dev.thresher.bpf.InstancePins;
import dev.thresher.bpf.KernelClock;
import dev.thresher.bpf.layout.MapNames;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.ProgramSettings;
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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The program in the kernel and its maps. What attaches it is pinned, so that they go on when the daemon ends, and a new
 * daemon goes on with them. Nothing is attached until {@link #activate}: fill the maps first.
 *
 * <p>One thread writes; reading is thread-safe.
 */
public final class KernelDatapath implements Datapath, ProgramMaps, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KernelDatapath.class);

    private static final long MILLIS_PER_SECOND = 1000;

    private final Attachment attachment;
    private final Handover handover;
    private final KernelClock clock;
    private final BpfMap tableOfNobody = newTable();

    /** Held, as a reader, by whoever uses maps and is not the writer: maps must not be closed then. */
    private final ReadWriteLock using = new ReentrantReadWriteLock();

    private volatile LoadedMaps loaded;
    private final boolean startsOver;

    /** From the maps of the program at work, until ours takes its place. */
    private @Nullable Migration migration;

    /** Are packets handled by it? */
    private boolean active;

    private boolean detaches;

    private KernelDatapath(
            Attachment attachment,
            Handover handover,
            KernelClock clock,
            LoadedMaps loaded,
            @Nullable Migration migration) {
        this.attachment = attachment;
        this.handover = handover;
        this.clock = clock;
        this.loaded = loaded;
        this.migration = migration;
        this.startsOver = migration == null && attachment.isTaken();
    }

    /** Loads the program, with the maps that an earlier daemon of this instance left, or with new ones and what is in those. */
    public static KernelDatapath open(Config config) throws DatapathException {
        return open(config, attachment -> attachment);
    }

    /** @param steps what goes through the steps that the attachment knows */
    static KernelDatapath open(Config config, UnaryOperator<Handover> steps) throws DatapathException {
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
            return load(OwnSource.resolve(config), attachment, steps.apply(attachment));
        } catch (BpfException e) {
            attachment.close();
            throw DatapathException.of(e);
        } catch (DatapathException | RuntimeException e) {
            attachment.close();
            throw e;
        }
    }

    private static KernelDatapath load(Config config, Attachment attachment, Handover handover) {
        Capacity capacity = Capacity.of(config);
        KernelClock clock = KernelClock.open();
        EarlierMaps earlier = EarlierMaps.open(attachment.pins());
        try {
            finishEarlier(attachment, earlier, clock);
            ProgramSettings settings = SettingsSource.settings(
                    config, earlier.hashKey().orElseGet(SettingsSource::newHashKey), capacity.flowPairs(), clock.hz());
            Map<LbMap, BpfMap> shared = earlier.shareable(capacity);
            LoadedMaps loaded = LoadedMaps.load(settings, capacity, shared);
            try {
                Migration migration = earlier.isUsable()
                        ? new Migration(earlier.maps(), loaded, shared.keySet(), earlier::close)
                        : null;
                return new KernelDatapath(attachment, handover, clock, loaded, migration);
            } catch (RuntimeException e) {
                loaded.close();
                throw e;
            }
        } catch (RuntimeException e) {
            earlier.close();
            clock.close();
            throw e;
        }
    }

    /** Where a daemon died after its program had taken over, the last flows and counters are still in the maps before. */
    private static void finishEarlier(Attachment attachment, EarlierMaps atWork, KernelClock clock) {
        Optional<EarlierMaps> before = EarlierMaps.openBefore(attachment.pins());
        if (before.isPresent()) {
            try (EarlierMaps maps = before.get()) {
                if (atWork.isUsable()) {
                    FlowsAndCounters rest = new FlowsAndCounters(maps.maps(), atWork.maps(), atWork.ticks());
                    rest.settleAccount();
                    rest.copyRest(clock.jiffies() >>> atWork.ticks().shift());
                }
            }
        }
        attachment.release();
    }

    /** Has what was loaded handle the interface's packets, in the place of an earlier program if there is one. */
    public void activate() throws DatapathException {
        boolean fresh = !Files.exists(attachment.pins().link());
        try (Migration before = migration) {
            migration = null;
            if (before == null) {
                handover.attach(loaded.program());
            } else {
                takeOver(before, loaded);
            }
            active = true;
        } catch (IOException | RuntimeException e) {
            abandon(fresh, e);
            throw new DatapathException(
                    "cannot pin the program in " + attachment.pins().directory() + ": " + e, e);
        } catch (DatapathException e) {
            abandon(fresh, e);
            throw e;
        }
    }

    /** A kill between any two steps leaves a program at work, whose maps have all or say what is missing. */
    private void takeOver(Migration moving, LoadedMaps next) throws DatapathException, IOException {
        moving.copy(nowTicks());
        if (moving.leavesSomething()) {
            handover.hold();
        }
        using.writeLock().lock(); // nobody reads counters meanwhile
        try {
            moving.<DatapathException>replace(() -> {
                handover.attach(next.program());
                InnerMaps.awaitReaders(next.map(LbMap.TABLES), tableOfNobody);
            });
        } finally {
            using.writeLock().unlock();
        }
        moving.copyRest(nowTicks());
        handover.release();
    }

    /** The same, when neither is at work. */
    private void moveUnattached(Migration moving) {
        moving.copy(nowTicks());
        moving.<RuntimeException>replace(() -> {});
        moving.copyRest(nowTicks());
    }

    @Override
    public void resize(Capacity capacity) {
        LoadedMaps before = loaded;
        if (capacity.equals(before.capacity())) {
            return;
        }
        if (migration != null) {
            throw new IllegalStateException("the program has not taken its place yet");
        }
        Map<LbMap, BpfMap> shared = before.thatFit(capacity);
        LoadedMaps next = LoadedMaps.load(before.settings().withFlowPairs(capacity.flowPairs()), capacity, shared);
        try (Migration moving = new Migration(before.all(), next, shared.keySet(), () -> {})) {
            if (active) {
                takeOver(moving, next);
            } else {
                moveUnattached(moving);
            }
        } catch (IOException | DatapathException | RuntimeException e) {
            next.close();
            throw new IllegalStateException("cannot make room: " + e.getMessage(), e);
        }
        using.writeLock().lock();
        try {
            loaded = next;
            before.close();
        } finally {
            using.writeLock().unlock();
        }
        LOG.info("The maps have other sizes now: {}", capacity);
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
        return loaded.program();
    }

    @Override
    public FlowTable flows() {
        return loaded.flows();
    }

    /** Where first fragments went. */
    public FlowTable fragments() {
        return loaded.fragments();
    }

    @Override
    public ProgramSettings settings() {
        return loaded.settings();
    }

    @Override
    public long nowTicks() {
        return clock.jiffies() >>> settings().ticks().shift();
    }

    @Override
    public Duration age(int ticks) {
        long jiffies = (long) ticks << settings().ticks().shift();
        return Duration.ofMillis(jiffies * MILLIS_PER_SECOND / clock.hz());
    }

    @Override
    public Optional<MemberRecord> member(int id) {
        return read(maps -> maps.map(LbMap.MEMBERS).lookup(Keys.of(id)))
                .filter(record -> MemberRecord.stateOf(record) != MemberState.FREE)
                .map(MemberRecord::decode);
    }

    @Override
    public int memberAt(int vipId, int slot) {
        return read(maps -> InnerMaps.read(maps.map(LbMap.TABLES), vipId))
                .map(slots ->
                        ByteBuffer.wrap(slots).order(ByteOrder.nativeOrder()).getInt(slot * Integer.BYTES))
                .orElse(0);
    }

    @Override
    public Optional<Integer> sourceRoute(int vipId, InetAddress client) {
        byte[] key = SourceRouteKey.of(vipId, client).encode();
        return read(maps -> maps.map(LbMap.SOURCE_ROUTES).lookup(key)).map(Keys::number);
    }

    /** Kernel memory in bytes, by map; an array of maps counts with the maps in it. */
    public Map<String, Long> memory() {
        return read(LoadedMaps::memory);
    }

    /** The daemon's view of the per-CPU counters. */
    public TrafficCounters counters() {
        return new TrafficCounters(this::read);
    }

    @Override
    public int memberCapacity() {
        return loaded.capacity().members();
    }

    @Override
    public int vipCapacity() {
        return loaded.capacity().vips();
    }

    @Override
    public Map<VipKey, VipRecord> vips() {
        return read(maps -> maps.vips().read());
    }

    @Override
    public Map<Integer, MemberRecord> members() {
        return MemberMap.read(map(LbMap.MEMBERS));
    }

    @Override
    public Set<Integer> tables() {
        byte[] nobody = Keys.of(tableOfNobody.info().id());
        Set<Integer> ids = new HashSet<>();
        for (int id = 0; id < vipCapacity(); id++) {
            Optional<byte[]> table = map(LbMap.TABLES).lookup(Keys.of(id));
            if (table.isPresent() && !Arrays.equals(nobody, table.get())) {
                ids.add(id);
            }
        }
        return ids;
    }

    @Override
    public void replaceVips(Map<VipKey, VipRecord> all) {
        loaded.vips().replace(all);
    }

    @Override
    public void putMember(int id, MemberRecord member) {
        map(LbMap.MEMBERS).update(Keys.of(id), member.encode());
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
        loaded.flows().purge(ids);
        if (migration != null) {
            migration.forget(ids);
        }
        loaded.fragments().purge(ids);
        byte[] empty = new byte[MemberRecord.LENGTH];
        ids.stream().forEach(id -> map(LbMap.MEMBERS).update(Keys.of(id), empty));
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
                table.update(Keys.of(0), entry.getValue().get());
            });
            List<Integer> ids = List.copyOf(tables.keySet());
            map(LbMap.TABLES).updateInner(ids, ids.stream().map(tables::get).toList());
        } finally {
            tables.values().forEach(BpfMap::close);
        }
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
        ids.forEach(id -> map(LbMap.VIP_STATS).update(Keys.of(id), zeroes));
    }

    @Override
    public EntryMap<Integer, Integer> egress() {
        return KernelEntries.egress(() -> map(LbMap.EGRESS));
    }

    @Override
    public EntryMap<Integer, QuicConfig> quicConfigs() {
        return KernelEntries.quicConfigs(() -> map(LbMap.QUIC_CONFIGS));
    }

    @Override
    public EntryMap<QuicServerKey, Integer> quicServers() {
        return KernelEntries.quicServers(() -> map(LbMap.QUIC_SERVERS));
    }

    @Override
    public EntryMap<SourceRouteKey, Integer> sourceRoutes() {
        return KernelEntries.sourceRoutes(() -> map(LbMap.SOURCE_ROUTES));
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
        if (migration != null) {
            migration.close();
        }
        loaded.close();
        tableOfNobody.close();
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

    /** All slots are 0, which is nobody's id. */
    private static BpfMap newTable() {
        return BpfMap.createArray("maglev", MapNames.TABLE_BYTES, 1);
    }

    private BpfMap map(LbMap map) {
        return loaded.map(map);
    }

    /** For any thread. */
    <T> T read(Function<LoadedMaps, T> reading) {
        using.readLock().lock();
        try {
            return reading.apply(loaded);
        } finally {
            using.readLock().unlock();
        }
    }
}
