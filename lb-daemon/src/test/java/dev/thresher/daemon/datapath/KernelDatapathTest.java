// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.BpfMap;
import dev.thresher.bpf.InstancePins;
import dev.thresher.bpf.MappedArray;
import dev.thresher.bpf.XdpLink;
import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.VipRecord;
import dev.thresher.config.XdpMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On this machine's kernel: what is attached and pinned. */
@Timeout(60)
class KernelDatapathTest extends PinnedDatapath {
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
    void egress_ofAnInterfaceThatIsNotThere_isRefusedByName() throws DatapathException, IOException {
        try (KernelDatapath datapath = KernelDatapath.open(config())) {
            datapath.egress().put(1, 1);
            assertThrows(NoSuchInterfaceException.class, () -> datapath.egress().put(2, Integer.MAX_VALUE));
            assertEquals(Map.of(1, 1), datapath.egress().read());
        }
    }

    @Test
    void activate_attachesInDriverModeAndOutlivesTheDaemon() throws DatapathException, IOException {
        try (KernelDatapath datapath = KernelDatapath.open(config())) {
            datapath.activate();
            assertEquals(XdpMode.DRIVER, datapath.mode());
        }
        assertEquals("DRIVER", attached(link).orElseThrow().mode().name());
        assertTrue(Files.exists(pins.link()));
        try (var pinned = Files.list(pins.directory())) {
            assertArrayEquals(new Path[] {pins.link()}, pinned.toArray(), "it holds the program, and that its maps");
        }

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

    /** Another member may get the id, and fragments that are underway must not follow to it. */
    @Test
    void freeMembers_forgetsWhereFragmentsWent() throws DatapathException {
        startAndStop(config());
        long fragment = new FlowEntry(7, MEMBER, 0, true, false).encode();
        long anothers = new FlowEntry(7, MEMBER + 1, 0, true, false).encode();
        try (KernelDatapath datapath = KernelDatapath.open(config());
                BpfMap fragments = map(LbMap.FRAGMENTS);
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
                BpfMap flows = map(LbMap.FLOWS);
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
            Path inTheWay = Files.createDirectories(pins.link().resolve("x"));
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
