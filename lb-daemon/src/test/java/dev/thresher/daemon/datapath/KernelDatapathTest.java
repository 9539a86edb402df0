// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.BpfMap;
import dev.thresher.bpf.InstancePins;
import dev.thresher.bpf.KernelClock;
import dev.thresher.bpf.MappedArray;
import dev.thresher.bpf.NetworkInterfaces;
import dev.thresher.bpf.NetworkInterfaces.Attached;
import dev.thresher.bpf.XdpLink;
import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MapNames;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.ProgramSettings;
import dev.thresher.bpf.layout.QuicConfig;
import dev.thresher.bpf.layout.VipRecord;
import dev.thresher.config.ApiSettings;
import dev.thresher.config.CapacitySettings;
import dev.thresher.config.Config;
import dev.thresher.config.EncapsulationSettings;
import dev.thresher.config.FlowSettings;
import dev.thresher.config.Interface;
import dev.thresher.config.IpText;
import dev.thresher.config.OnExit;
import dev.thresher.config.VipKey;
import dev.thresher.config.XdpMode;
import dev.thresher.daemon.TestInterfaces;
import dev.thresher.daemon.state.Traffic;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On this machine's kernel: what is attached and pinned, and what a restart finds. */
@Timeout(60)
class KernelDatapathTest {
    private static final int FLOWS = 1 << 12;
    private static final VipKey WEB = VipKey.parse("203.0.113.10:80/tcp");
    private static final int MEMBER = 3;
    private static final MemberRecord RECORD = new MemberRecord(
            VipKeys.match(WEB), MemberState.UP, IpText.parse("10.0.0.2"), new NextHop(mac(1), mac(2)), 0);

    private TestInterfaces interfaces;
    private InstancePins pins;
    private String link;

    @BeforeEach
    void makeInterface() throws IOException {
        interfaces = new TestInterfaces();
        pins = new InstancePins(interfaces.instance("a"));
        link = interfaces.veth("a");
    }

    @AfterEach
    void removeInterfaces() throws IOException {
        interfaces.close();
    }

    private static MacAddress mac(int last) {
        return MacAddress.of(new byte[] {2, 0, 0, 0, 0, (byte) last});
    }

    private Config config() {
        return config(pins.instance(), link, XdpMode.AUTO, FLOWS);
    }

    private static Config config(String instance, String link, XdpMode mode, int flows) {
        FlowSettings defaults = FlowSettings.DEFAULT;
        return new Config(
                instance,
                new Interface(link, mode, null),
                EncapsulationSettings.DEFAULT,
                new FlowSettings(flows, defaults.tcpIdleTimeout(), defaults.udpIdleTimeout(), defaults.reclaimAge()),
                CapacitySettings.DEFAULT,
                OnExit.KEEP,
                ApiSettings.forInstance(instance),
                0,
                List.of(),
                List.of());
    }

    private static Optional<Attached> attached(String link) {
        return NetworkInterfaces.attached(NetworkInterfaces.indexOf(link).orElseThrow());
    }

    private static void fill(Datapath maps) {
        maps.putMember(MEMBER, RECORD);
        int[] table = new int[MapNames.TABLE_SLOTS];
        Arrays.fill(table, MEMBER);
        maps.putTables(Map.of(0, () -> table));
        maps.replaceVips(Map.of(WEB, new VipRecord(0, true)));
    }

    private Map<LbMap, Integer> pinnedIds() {
        Map<LbMap, Integer> ids = new EnumMap<>(LbMap.class);
        for (LbMap map : LbMap.values()) {
            try (BpfMap pinned = pinned(map)) {
                ids.put(map, pinned.info().id());
            }
        }
        return ids;
    }

    private BpfMap pinned(LbMap map) {
        return BpfMap.openPinned(map.mapName(), pins.map(map.pinName()).toString())
                .orElseThrow();
    }

    /** As if the program had tracked a flow of the member, and sent it a packet. */
    private void track(int place) {
        try (BpfMap flows = pinned(LbMap.FLOWS);
                MappedArray memory = flows.map();
                BpfMap stats = pinned(LbMap.MEMBER_STATS)) {
            int seen = (int) now() & (FlowEntry.SEEN_MODULUS - 1);
            memory.buffer().putLong(place * Long.BYTES, new FlowEntry(7, MEMBER, seen, true, false).encode());
            stats.update(index(MEMBER), first(stats, 5, 500, 1));
        }
    }

    /** In ticks. */
    private static long now() {
        try (KernelClock clock = KernelClock.open()) {
            return clock.jiffies()
                    >>> SettingsSource.ticks(FlowSettings.DEFAULT, clock.hz()).shift();
        }
    }

    private long trackedAt(int place) {
        try (BpfMap flows = pinned(LbMap.FLOWS);
                MappedArray memory = flows.map()) {
            return memory.buffer().getLong(place * Long.BYTES);
        }
    }

    private static byte[] first(BpfMap stats, long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(stats.valueBytes()).order(ByteOrder.nativeOrder());
        for (long value : values) {
            bytes.putLong(value);
        }
        return bytes.array();
    }

    private static byte[] index(int index) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(index)
                .array();
    }

    private static String message(Config config) {
        DatapathException error = assertThrows(
                DatapathException.class, () -> KernelDatapath.open(config).close());
        return String.valueOf(error.getMessage());
    }

    private void startAndStop(Config config) throws DatapathException {
        try (KernelDatapath datapath = KernelDatapath.open(config)) {
            fill(datapath);
            datapath.activate();
        }
    }

    @Test
    void open_attachesAndPinsNothing() throws DatapathException {
        try (KernelDatapath datapath = KernelDatapath.open(config())) {
            fill(datapath);
            assertFalse(datapath.startsOver());
            assertTrue(attached(link).isEmpty());
        }
        assertFalse(pins.exist(), "the directory of a datapath that was never activated");
    }

    @Test
    void maps_holdWhatIsWritten() throws DatapathException {
        try (KernelDatapath datapath = KernelDatapath.open(config())) {
            fill(datapath);
            assertEquals(Map.of(WEB, new VipRecord(0, true)), datapath.vips());
            assertEquals(Map.of(MEMBER, RECORD), datapath.members());
            assertEquals(Set.of(0), datapath.tables());

            datapath.replaceVips(Map.of());
            datapath.freeVips(Set.of(0));
            BitSet freed = new BitSet();
            freed.set(MEMBER);
            datapath.freeMembers(freed);
            assertEquals(Map.of(), datapath.vips());
            assertEquals(Map.of(), datapath.members());
            assertEquals(Set.of(), datapath.tables());
        }
    }

    @Test
    void egress_ofAnInterfaceThatIsNotThere_isRefusedByName() throws DatapathException {
        try (KernelDatapath datapath = KernelDatapath.open(config())) {
            datapath.egress().put(1, 1);
            assertThrows(NoSuchInterfaceException.class, () -> datapath.egress().put(2, Integer.MAX_VALUE));
            assertEquals(Map.of(1, 1), datapath.egress().read());
        }
    }

    @Test
    void activate_attachesInDriverModeAndOutlivesTheDaemon() throws DatapathException {
        try (KernelDatapath datapath = KernelDatapath.open(config())) {
            datapath.activate();
            assertEquals(XdpMode.DRIVER, datapath.mode());
        }
        assertEquals("DRIVER", attached(link).orElseThrow().mode().name());
        assertTrue(Files.exists(pins.link()));
        assertTrue(Files.exists(pins.program()));
        assertEquals(LbMap.values().length, pinnedIds().size());

        assertTrue(pins.detach());
        assertTrue(attached(link).isEmpty());
        assertFalse(pins.exist());
    }

    @Test
    void activate_withoutDriverSupport_fallsBackUnlessTold() throws IOException, DatapathException {
        String bridge = interfaces.bridge("b");
        try (KernelDatapath datapath = KernelDatapath.open(config(pins.instance(), bridge, XdpMode.DRIVER, FLOWS))) {
            DatapathException error = assertThrows(DatapathException.class, datapath::activate);
            assertTrue(String.valueOf(error.getMessage()).contains("xdp-mode = generic"), error::getMessage);
            assertTrue(String.valueOf(error.getMessage()).contains(bridge), error::getMessage);
        }
        assertTrue(attached(bridge).isEmpty());
        assertFalse(pins.exist());

        try (KernelDatapath datapath = KernelDatapath.open(config(pins.instance(), bridge, XdpMode.AUTO, FLOWS))) {
            datapath.activate();
            assertEquals(XdpMode.GENERIC, datapath.mode());
        }
    }

    @Test
    void activate_inGenericMode_doesNotTryTheDriver() throws DatapathException {
        try (KernelDatapath datapath = KernelDatapath.open(config(pins.instance(), link, XdpMode.GENERIC, FLOWS))) {
            datapath.activate();
            assertEquals(XdpMode.GENERIC, datapath.mode());
        }
    }

    @Test
    void restart_goesOnWithMapsFlowsAndCounters() throws DatapathException {
        startAndStop(config());
        Map<LbMap, Integer> before = pinnedIds();
        int program = attached(link).orElseThrow().programId();
        track(99);

        try (KernelDatapath datapath = KernelDatapath.open(config())) {
            assertFalse(datapath.startsOver());
            assertEquals(Map.of(MEMBER, RECORD), datapath.members());
            assertEquals(program, attached(link).orElseThrow().programId(), "nothing changes before activate");
            datapath.activate();
            assertEquals(
                    new Traffic(5, 500, 1),
                    datapath.counters().members(MEMBER + 1).get(MEMBER));
        }
        assertNotEquals(program, attached(link).orElseThrow().programId());
        assertEquals(MEMBER, FlowEntry.memberOf(trackedAt(99)));
        Map<LbMap, Integer> after = pinnedIds();
        before.remove(LbMap.SETTINGS);
        after.remove(LbMap.SETTINGS);
        assertEquals(before, after);
    }

    @Test
    void restart_isNeverWithoutAProgram() throws Exception {
        startAndStop(config());
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Integer> gaps = CompletableFuture.supplyAsync(() -> {
            int missing = 0;
            while (!over.get()) {
                missing += attached(link).isPresent() ? 0 : 1;
            }
            return missing;
        });
        for (int flows : new int[] {FLOWS, 2 * FLOWS, FLOWS}) {
            startAndStop(config(pins.instance(), link, XdpMode.AUTO, flows));
        }
        over.set(true);
        assertEquals(0, gaps.get());
    }

    /** Another member may get the id, and fragments that are underway must not follow to it. */
    @Test
    void freeMembers_forgetsWhereFragmentsWent() throws DatapathException {
        startAndStop(config());
        long fragment = new FlowEntry(7, MEMBER, 0, true, false).encode();
        long anothers = new FlowEntry(7, MEMBER + 1, 0, true, false).encode();
        try (KernelDatapath datapath = KernelDatapath.open(config());
                BpfMap fragments = pinned(LbMap.FRAGMENTS);
                MappedArray memory = fragments.map()) {
            memory.buffer().putLong(5 * Long.BYTES, fragment).putLong(6 * Long.BYTES, anothers);
            BitSet freed = new BitSet();
            freed.set(MEMBER);
            datapath.freeMembers(freed);
            assertEquals(0, memory.buffer().getLong(5 * Long.BYTES));
            assertEquals(anothers, memory.buffer().getLong(6 * Long.BYTES));
        }
    }

    /** It would write back an entry of an id that is then used again. */
    @Test
    void freeMembers_waitsForPacketsThatAreUnderway() throws Exception {
        startAndStop(config());
        try (KernelDatapath datapath = KernelDatapath.open(config());
                BpfMap flows = pinned(LbMap.FLOWS);
                Laggard laggard = new Laggard(flows, 99)) {
            datapath.putMember(MEMBER, RECORD);
            track(99);
            CompletableFuture<Void> packet = CompletableFuture.runAsync(laggard::run);
            laggard.awaitReading();
            BitSet freed = new BitSet();
            freed.set(MEMBER);
            CompletableFuture<Void> freeing = CompletableFuture.runAsync(() -> datapath.freeMembers(freed));
            while (state(datapath) == MemberState.UP) {
                Thread.onSpinWait();
            }
            assertEquals(MemberState.DOWN, state(datapath), "a restart would not find what is left to be done");
            assertThrows(TimeoutException.class, () -> freeing.get(300, TimeUnit.MILLISECONDS));
            laggard.goOn();
            CompletableFuture.allOf(packet, freeing).join();
            assertEquals(0, trackedAt(99));
            assertEquals(MemberState.FREE, state(datapath));
        }
    }

    private static MemberState state(KernelDatapath datapath) {
        return datapath.member(MEMBER).map(MemberRecord::state).orElse(MemberState.FREE);
    }

    @Test
    void restart_withAnotherNumberOfFlows_carriesThemOver() throws DatapathException {
        startAndStop(config());
        Map<LbMap, Integer> before = pinnedIds();
        track(99);
        startAndStop(config(pins.instance(), link, XdpMode.AUTO, 2 * FLOWS));

        Map<LbMap, Integer> after = pinnedIds();
        assertNotEquals(before.get(LbMap.FLOWS), after.get(LbMap.FLOWS));
        assertEquals(MEMBER, FlowEntry.memberOf(trackedAt(99)));
        assertEquals(MEMBER, FlowEntry.memberOf(trackedAt(FLOWS + 99)), "one bit more of its hash is not known");
        for (LbMap map : List.of(LbMap.FLOWS, LbMap.SETTINGS)) {
            before.remove(map);
            after.remove(map);
        }
        assertEquals(before, after);

        startAndStop(config());
        assertEquals(MEMBER, FlowEntry.memberOf(trackedAt(99)));
    }

    /** Members 3 and 2000 have room no longer where they are, or just so. */
    @Test
    void restart_withLessRoom_givesMembersOtherIds() throws DatapathException {
        MemberRecord far = new MemberRecord(
                VipKeys.match(WEB), MemberState.UP, IpText.parse("10.0.0.9"), new NextHop(mac(1), mac(2)), 0);
        try (KernelDatapath datapath = KernelDatapath.open(config())) {
            fill(datapath);
            datapath.putMember(2000, far);
            datapath.activate();
        }
        track(99);
        try (BpfMap flows = pinned(LbMap.FLOWS);
                MappedArray memory = flows.map();
                BpfMap stats = pinned(LbMap.MEMBER_STATS)) {
            int seen = FlowEntry.decode(trackedAt(99)).seen();
            memory.buffer().putLong(200 * Long.BYTES, new FlowEntry(8, 2000, seen, true, false).encode());
            stats.update(index(2000), first(stats, 7, 700, 2));
        }
        try (KernelDatapath datapath = KernelDatapath.open(with(new CapacitySettings(1, 10, 1, 1)))) {
            assertEquals(Map.of(1, far, MEMBER, RECORD), datapath.members());
            datapath.activate();
            List<Traffic> traffic = datapath.counters().members(MEMBER + 1);
            assertEquals(new Traffic(7, 700, 2), traffic.get(1));
            assertEquals(new Traffic(5, 500, 1), traffic.get(MEMBER));
        }
        assertEquals(1, FlowEntry.memberOf(trackedAt(200)));
        assertEquals(MEMBER, FlowEntry.memberOf(trackedAt(99)));
    }

    private Config with(CapacitySettings capacity) {
        Config config = config();
        return new Config(
                config.instance(),
                config.iface(),
                config.encapsulation(),
                config.flows(),
                capacity,
                config.onExit(),
                config.api(),
                config.maglevSeed(),
                config.pools(),
                config.vips());
    }

    @Test
    void restart_afterAVersionThatCanBeRead_carriesAllOver() throws DatapathException, IOException {
        startAndStop(config());
        Map<LbMap, Integer> before = pinnedIds();
        track(99);
        pinVersion(ProgramSettings.ABI_VERSION + 1);
        try (KernelDatapath datapath = KernelDatapath.open(config())) {
            assertFalse(datapath.startsOver());
            assertEquals(Map.of(MEMBER, RECORD), datapath.members());
            assertEquals(Map.of(WEB, new VipRecord(0, true)), datapath.vips());
            assertEquals(Set.of(0), datapath.tables());
            assertEquals(MEMBER, datapath.memberAt(0, 77));
            datapath.activate();
            assertEquals(
                    new Traffic(5, 500, 1),
                    datapath.counters().members(MEMBER + 1).get(MEMBER));
        }
        assertEquals(MEMBER, FlowEntry.memberOf(trackedAt(99)));
        Map<LbMap, Integer> after = pinnedIds();
        after.forEach((map, id) -> assertNotEquals(before.get(map), id, map.toString()));
    }

    /** Its id is another member's by the time that the program is replaced. */
    @Test
    void restart_forgetsFlowsOfAMemberThatIsGone() throws DatapathException, IOException {
        startAndStop(config());
        track(99);
        pinVersion(ProgramSettings.ABI_VERSION + 1);
        try (KernelDatapath datapath = KernelDatapath.open(config())) {
            BitSet freed = new BitSet();
            freed.set(MEMBER);
            datapath.freeMembers(freed);
            datapath.putMember(
                    MEMBER,
                    new MemberRecord(
                            VipKeys.match(WEB),
                            MemberState.UP,
                            IpText.parse("10.0.0.9"),
                            new NextHop(mac(1), mac(2)),
                            0));
            datapath.activate();
            List<Traffic> traffic = datapath.counters().members(MEMBER + 1);
            assertEquals(Traffic.NONE, traffic.get(MEMBER));
            assertEquals(new Traffic(5, 500, 1), traffic.get(0), "sums never go back");
        }
        assertEquals(0, trackedAt(99));
    }

    @Test
    void restart_afterAVersionThatNobodyCanRead_startsOver() throws DatapathException, IOException {
        startAndStop(config());
        pinVersion(ProgramSettings.ABI_VERSION + 100);
        assertStartsOver();
    }

    private void pinVersion(int version) throws IOException {
        byte[] settings;
        try (BpfMap pinned = pinned(LbMap.SETTINGS)) {
            settings = pinned.lookup(index(0)).orElseThrow();
        }
        ByteBuffer.wrap(settings).order(ByteOrder.nativeOrder()).putInt(0, version);
        Path pin = pins.map(LbMap.SETTINGS.pinName());
        Files.delete(pin);
        try (BpfMap other = BpfMap.createArray("settings", settings.length, 1)) {
            other.update(index(0), settings);
            other.pin(pin.toString());
        }
    }

    @Test
    void resize_ofARunningDataPlane_isNeverWithoutAProgramAndGoesOnAfterARestart() throws Exception {
        try (KernelDatapath datapath = KernelDatapath.open(config())) {
            fill(datapath);
            datapath.activate();
            track(99);
            int program = attached(link).orElseThrow().programId();
            datapath.resize(new Capacity(20, 5000, 30, 40, 4 * FLOWS / FlowEntry.PER_PAIR));

            assertNotEquals(program, attached(link).orElseThrow().programId());
            assertEquals(Map.of(MEMBER, RECORD), datapath.members());
            assertEquals(Map.of(WEB, new VipRecord(0, true)), datapath.vips());
            assertEquals(Set.of(0), datapath.tables());
            assertEquals(4 * FLOWS, datapath.flows().size());
            assertEquals(
                    new Traffic(5, 500, 1),
                    datapath.counters().members(MEMBER + 1).get(MEMBER));
            datapath.quicConfigs().put(19, QuicConfig.KATRAN);
            assertEquals(Map.of(19, QuicConfig.KATRAN), datapath.quicConfigs().read());
        }
        assertEquals(MEMBER, FlowEntry.memberOf(trackedAt(99)));
        try (KernelDatapath datapath = KernelDatapath.open(config())) {
            assertFalse(datapath.startsOver());
            assertEquals(Map.of(MEMBER, RECORD), datapath.members());
        }
    }

    @Test
    void restart_withAPinMissing_startsOver() throws DatapathException, IOException {
        startAndStop(config());
        Files.delete(pins.map(LbMap.MEMBER_STATS.pinName()));
        assertStartsOver();
    }

    private void assertStartsOver() throws DatapathException {
        int program = attached(link).orElseThrow().programId();
        try (KernelDatapath datapath = KernelDatapath.open(config())) {
            assertTrue(datapath.startsOver());
            assertEquals(Map.of(), datapath.members());
            assertEquals(program, attached(link).orElseThrow().programId());
            datapath.activate();
            assertFalse(program == attached(link).orElseThrow().programId());
        }
        try (KernelDatapath datapath = KernelDatapath.open(config())) {
            assertFalse(datapath.startsOver(), "the new set is complete");
        }
    }

    @Test
    void restart_onAnotherInterface_movesTheProgram() throws DatapathException, IOException {
        startAndStop(config());
        Map<LbMap, Integer> before = pinnedIds();
        String other = interfaces.veth("b");
        startAndStop(config(pins.instance(), other, XdpMode.AUTO, FLOWS));

        assertTrue(attached(link).isEmpty());
        assertTrue(attached(other).isPresent());
        assertEquals(before.get(LbMap.FLOWS), pinnedIds().get(LbMap.FLOWS));
    }

    @Test
    void restart_onAnotherInterfaceThatRefuses_leavesTheProgramWhereItWas() throws DatapathException, IOException {
        startAndStop(config());
        String bridge = interfaces.bridge("b");
        try (KernelDatapath datapath = KernelDatapath.open(config(pins.instance(), bridge, XdpMode.DRIVER, FLOWS))) {
            assertThrows(DatapathException.class, datapath::activate);
        }
        assertTrue(attached(link).isPresent());
        assertEquals(LbMap.values().length, pinnedIds().size());
    }

    @Test
    void restart_afterTheInterfaceWasMadeAnew_attachesThere() throws DatapathException, IOException {
        startAndStop(config());
        track(99);
        interfaces.delete(link);
        link = interfaces.veth("a");
        startAndStop(config());

        assertTrue(attached(link).isPresent());
        assertEquals(MEMBER, FlowEntry.memberOf(trackedAt(99)));
    }

    @Test
    void open_onAnInterfaceOfAnotherInstance_namesItAndWhatToDo() throws DatapathException {
        startAndStop(config());
        String other = interfaces.instance("b");
        String message = message(config(other, link, XdpMode.AUTO, FLOWS));

        assertTrue(message.contains("\"" + pins.instance() + "\""), message);
        assertTrue(message.contains("thresher detach --instance " + pins.instance()), message);
        assertFalse(new InstancePins(other).exist());
        assertTrue(attached(link).isPresent());
    }

    @Test
    void open_whileAnotherDaemonDrivesTheInstance_isRefused() throws DatapathException {
        try (KernelDatapath running = KernelDatapath.open(config())) {
            running.activate();
            String message = message(config());
            assertTrue(message.contains("another daemon drives instance \"" + pins.instance() + "\""), message);
            assertTrue(attached(link).isPresent());
        }
        KernelDatapath.open(config()).close();
    }

    @Test
    void open_onAnInterfaceWithAForeignProgram_namesItAndWhatToDo() throws DatapathException, IOException {
        startAndStop(config());
        int program = attached(link).orElseThrow().programId();
        // Its pins are gone, and with them what told whose it is; the attachment stays with another pin.
        Path elsewhere = pins.directory().resolveSibling(interfaces.instance("c"));
        Files.createDirectory(elsewhere);
        try (XdpLink ours = XdpLink.openPinned(pins.link()).orElseThrow()) {
            ours.pin(elsewhere.resolve("x"));
        }
        pins.remove();
        try {
            String message = message(config());
            assertTrue(message.contains("another XDP program, id " + program), message);
            assertTrue(message.contains("ip link set dev " + link + " xdp off"), message);
            assertFalse(pins.exist());
        } finally {
            Files.delete(elsewhere.resolve("x"));
            Files.delete(elsewhere);
        }
    }

    @Test
    void open_withoutTheInterface_saysSo() {
        String message = message(config(pins.instance(), "thrdnowhere", XdpMode.AUTO, FLOWS));
        assertEquals("there is no interface thrdnowhere; list them with: ip link", message);
        assertFalse(pins.exist());
    }

    @Test
    void activate_thatCannotPin_leavesNothingAttached() throws DatapathException, IOException {
        try (KernelDatapath datapath = KernelDatapath.open(config())) {
            Path inTheWay = Files.createDirectories(pins.map(MapNames.COUNTERS).resolve("x"));
            DatapathException error = assertThrows(DatapathException.class, datapath::activate);
            assertTrue(
                    String.valueOf(error.getMessage()).contains(pins.directory().toString()), error::getMessage);
            assertTrue(attached(link).isEmpty());
            try (var left = Files.list(pins.directory())) {
                assertArrayEquals(new Path[] {inTheWay.getParent()}, left.toArray(), "all but what is not ours");
            }
            Files.delete(inTheWay);
            Files.delete(inTheWay.getParent());
        }
        assertFalse(pins.exist());
    }
}
