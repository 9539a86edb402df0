// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.thresher.bpf.BpfMap;
import dev.thresher.bpf.BpfObject;
import dev.thresher.bpf.InstancePins;
import dev.thresher.bpf.KernelClock;
import dev.thresher.bpf.KernelProgram;
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
import dev.thresher.bpf.layout.VipRecord;
import dev.thresher.config.Config;
import dev.thresher.config.FlowSettings;
import dev.thresher.config.Interface;
import dev.thresher.config.IpText;
import dev.thresher.config.VipKey;
import dev.thresher.config.XdpMode;
import dev.thresher.daemon.TestInterfaces;
import dev.thresher.daemon.control.Configs;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What tests of pinned programs and maps share: an interface, an instance of its own, and looks at what is pinned. */
abstract class PinnedDatapath {
    static final int FLOWS = 1 << 12;
    static final VipKey WEB = VipKey.parse("203.0.113.10:80/tcp");
    static final int MEMBER = 3;
    static final MemberRecord RECORD = new MemberRecord(
            VipKeys.match(WEB), MemberState.UP, IpText.parse("10.0.0.2"), new NextHop(mac(1), mac(2)), 0);

    TestInterfaces interfaces;
    InstancePins pins;
    String link;

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

    static MacAddress mac(int last) {
        return MacAddress.of(new byte[] {2, 0, 0, 0, 0, (byte) last});
    }

    Config config() {
        return config(pins.instance(), link, XdpMode.AUTO, FLOWS);
    }

    static Config config(String instance, String link, XdpMode mode, int flows) {
        FlowSettings defaults = FlowSettings.DEFAULT;
        return Configs.empty(
                instance,
                new Interface(link, mode, null),
                new FlowSettings(flows, defaults.tcpIdleTimeout(), defaults.udpIdleTimeout(), defaults.reclaimAge()));
    }

    static Optional<Attached> attached(String link) {
        return NetworkInterfaces.attached(NetworkInterfaces.indexOf(link).orElseThrow());
    }

    static void fill(Datapath maps) {
        maps.putMember(MEMBER, RECORD);
        int[] table = new int[MapNames.TABLE_SLOTS];
        Arrays.fill(table, MEMBER);
        maps.putTables(Map.of(0, () -> table));
        maps.replaceVips(Map.of(WEB, new VipRecord(0, true)));
    }

    /** Of the program at work. */
    Map<LbMap, Integer> mapIds() {
        Map<LbMap, Integer> ids = new EnumMap<>(LbMap.class);
        for (LbMap map : LbMap.values()) {
            try (BpfMap open = map(map)) {
                ids.put(map, open.info().id());
            }
        }
        return ids;
    }

    BpfMap map(LbMap wanted) {
        return map(pins, wanted);
    }

    /** A map of the program at work. */
    static BpfMap map(InstancePins pins, LbMap wanted) {
        try (KernelProgram program = KernelProgram.atWork(pins).orElseThrow()) {
            BpfMap found = null;
            for (BpfMap map : program.maps()) {
                if (LbMap.of(map).filter(wanted::equals).isPresent()) {
                    found = map;
                } else {
                    map.close();
                }
            }
            return Objects.requireNonNull(found);
        }
    }

    /** As if the program had tracked a flow of the member, and sent it packets. */
    void track(int place) {
        track(pins, place, 5);
    }

    /** The same, with so many packets for that member until now. */
    static void track(InstancePins pins, int place, int packets) {
        try (BpfMap flows = map(pins, LbMap.FLOWS);
                MappedArray memory = flows.map();
                BpfMap stats = map(pins, LbMap.MEMBER_STATS)) {
            int seen = (int) now() & (FlowEntry.SEEN_MODULUS - 1);
            memory.buffer().putLong(place * Long.BYTES, new FlowEntry(7, MEMBER, seen, true, false).encode());
            stats.update(index(MEMBER), first(stats, packets, 100L * packets, 1));
        }
    }

    /** In ticks. */
    static long now() {
        try (KernelClock clock = KernelClock.open()) {
            return clock.jiffies()
                    >>> SettingsSource.ticks(FlowSettings.DEFAULT, clock.hz()).shift();
        }
    }

    /** As if another version had made the maps. */
    void attachVersion(int version) {
        attachVersion(version, ProgramSettings.LENGTH);
    }

    /** The same with settings of another length: of more, or of fewer. */
    void attachVersion(int version, int length) {
        byte[] settings;
        try (BpfMap ours = map(LbMap.SETTINGS)) {
            settings = Arrays.copyOf(ours.lookup(index(0)).orElseThrow(), length);
        }
        ByteBuffer.wrap(settings).order(ByteOrder.nativeOrder()).putInt(0, version);
        try (BpfMap other = BpfMap.createArray("other.rodata", settings.length, 1)) {
            other.update(index(0), settings);
            attachHolder(Map.of(LbMap.SETTINGS, other));
        }
    }

    /** Has another program take the place of the one at work, with its maps but for these. */
    void attachHolder(Map<LbMap, BpfMap> others) {
        try (BpfObject holder = holder(others);
                XdpLink at = XdpLink.openPinned(pins.link()).orElseThrow()) {
            at.update(holder.program("hold"));
        }
    }

    BpfObject holder(Map<LbMap, BpfMap> others) {
        try (InputStream image = PinnedDatapath.class.getResourceAsStream("/holder.bpf.o")) {
            BpfObject holder = BpfObject.open("holder.bpf.o", image.readAllBytes());
            for (LbMap map : LbMap.values()) {
                try (BpfMap ours = map(map)) {
                    holder.reuse(map == LbMap.SETTINGS ? "settings" : map.mapName(), others.getOrDefault(map, ours));
                }
            }
            return holder.load();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long trackedAt(int place) {
        try (BpfMap flows = map(LbMap.FLOWS);
                MappedArray memory = flows.map()) {
            return memory.buffer().getLong(place * Long.BYTES);
        }
    }

    static byte[] first(BpfMap stats, long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(stats.valueBytes()).order(ByteOrder.nativeOrder());
        for (long value : values) {
            bytes.putLong(value);
        }
        return bytes.array();
    }

    static byte[] index(int index) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(index)
                .array();
    }

    static String message(Config config) {
        DatapathException error = assertThrows(
                DatapathException.class, () -> KernelDatapath.open(config).close());
        return String.valueOf(error.getMessage());
    }

    void startAndStop(Config config) throws DatapathException {
        try (KernelDatapath datapath = KernelDatapath.open(config)) {
            fill(datapath);
            datapath.activate();
        }
    }
}
