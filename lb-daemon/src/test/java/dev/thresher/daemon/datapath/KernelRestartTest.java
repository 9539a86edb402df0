// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.BpfMap;
import dev.thresher.bpf.BpfObject;
import dev.thresher.bpf.MappedArray;
import dev.thresher.bpf.NetworkInterfaces;
import dev.thresher.bpf.XdpLink;
import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.ProgramSettings;
import dev.thresher.bpf.layout.QuicConfig;
import dev.thresher.bpf.layout.VipRecord;
import dev.thresher.config.CapacitySettings;
import dev.thresher.config.IpText;
import dev.thresher.config.XdpMode;
import dev.thresher.daemon.control.Configs;
import dev.thresher.daemon.state.Traffic;
import java.io.IOException;
import java.nio.file.Files;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On this machine's kernel: what a restart finds, and what maps of other sizes and layouts take over. */
@Timeout(60)
class KernelRestartTest extends PinnedDatapath {
    @Test
    void restart_goesOnWithMapsFlowsAndCounters() throws DatapathException {
        startAndStop(config());
        Map<LbMap, Integer> before = mapIds();
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
        Map<LbMap, Integer> after = mapIds();
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

    @Test
    void restart_withAnotherNumberOfFlows_carriesThemOver() throws DatapathException {
        startAndStop(config());
        Map<LbMap, Integer> before = mapIds();
        track(99);
        startAndStop(config(pins.instance(), link, XdpMode.AUTO, 2 * FLOWS));

        Map<LbMap, Integer> after = mapIds();
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
        try (BpfMap flows = map(LbMap.FLOWS);
                MappedArray memory = flows.map();
                BpfMap stats = map(LbMap.MEMBER_STATS)) {
            int seen = FlowEntry.decode(trackedAt(99)).seen();
            memory.buffer().putLong(200 * Long.BYTES, new FlowEntry(8, 2000, seen, true, false).encode());
            stats.update(index(2000), first(stats, 7, 700, 2));
        }
        try (KernelDatapath datapath = KernelDatapath.open(Configs.with(config(), new CapacitySettings(1, 10, 1, 1)))) {
            assertEquals(Map.of(1, far, MEMBER, RECORD), datapath.members());
            datapath.activate();
            List<Traffic> traffic = datapath.counters().members(MEMBER + 1);
            assertEquals(new Traffic(7, 700, 2), traffic.get(1));
            assertEquals(new Traffic(5, 500, 1), traffic.get(MEMBER));
        }
        assertEquals(1, FlowEntry.memberOf(trackedAt(200)));
        assertEquals(MEMBER, FlowEntry.memberOf(trackedAt(99)));
    }

    @Test
    void restart_afterAVersionThatCanBeRead_carriesAllOver() throws DatapathException, IOException {
        startAndStop(config());
        Map<LbMap, Integer> before = mapIds();
        track(99);
        attachVersion(ProgramSettings.ABI_VERSION + 1);
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
        Map<LbMap, Integer> after = mapIds();
        after.forEach((map, id) -> assertNotEquals(before.get(map), id, map.toString()));
    }

    /** Its id is another member's by the time that the program is replaced. */
    @Test
    void restart_forgetsFlowsOfAMemberThatIsGone() throws DatapathException, IOException {
        startAndStop(config());
        track(99);
        attachVersion(ProgramSettings.ABI_VERSION + 1);
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
        attachVersion(ProgramSettings.ABI_VERSION + 100);
        assertStartsOver();
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

    /** Such as maps, which earlier versions pinned: they would never be freed. */
    @Test
    void restart_removesPinsThatNobodyNeeds() throws DatapathException, IOException {
        startAndStop(config());
        try (BpfMap flows = map(LbMap.FLOWS)) {
            flows.pin(pins.directory().resolve("flows").toString());
        }
        startAndStop(config());
        try (var pinned = Files.list(pins.directory())) {
            assertEquals(List.of(pins.link()), pinned.toList());
        }
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
        Map<LbMap, Integer> before = mapIds();
        String other = interfaces.veth("b");
        startAndStop(config(pins.instance(), other, XdpMode.AUTO, FLOWS));

        assertTrue(attached(link).isEmpty());
        assertTrue(attached(other).isPresent());
        assertEquals(before.get(LbMap.FLOWS), mapIds().get(LbMap.FLOWS));
    }

    /** The one before was killed when both interfaces had the program, and the old one's link the instance's name. */
    @Test
    void restart_afterADeathInTheMiddleOfAMove_goesOnFromThere() throws DatapathException, IOException {
        startAndStop(config());
        track(99);
        Map<LbMap, Integer> before = mapIds();
        String other = interfaces.veth("b");
        try (BpfObject holder = holder(Map.of());
                XdpLink next = holder.program("hold")
                        .attachXdp(NetworkInterfaces.indexOf(other).orElseThrow(), dev.thresher.bpf.XdpMode.DRIVER)) {
            next.pin(pins.nextLink());
        }
        startAndStop(config(pins.instance(), other, XdpMode.AUTO, FLOWS));

        assertTrue(attached(link).isEmpty());
        assertTrue(attached(other).isPresent());
        assertFalse(Files.exists(pins.nextLink()));
        assertEquals(before.get(LbMap.FLOWS), mapIds().get(LbMap.FLOWS));
        assertEquals(MEMBER, FlowEntry.memberOf(trackedAt(99)));
    }

    @Test
    void restart_onAnotherInterfaceThatRefuses_leavesTheProgramWhereItWas() throws DatapathException, IOException {
        startAndStop(config());
        String bridge = interfaces.bridge("b");
        try (KernelDatapath datapath = KernelDatapath.open(config(pins.instance(), bridge, XdpMode.DRIVER, FLOWS))) {
            assertThrows(DatapathException.class, datapath::activate);
        }
        assertTrue(attached(link).isPresent());
        assertEquals(LbMap.values().length, mapIds().size());
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
}
