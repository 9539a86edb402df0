// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfProgram;
import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.HashKind;
import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.QuicConfig;
import dev.thresher.config.ApiSettings;
import dev.thresher.config.CapacitySettings;
import dev.thresher.config.Config;
import dev.thresher.config.EncapsulationSettings;
import dev.thresher.config.FlowSettings;
import dev.thresher.config.Interface;
import dev.thresher.config.IpText;
import dev.thresher.config.OnExit;
import dev.thresher.config.Protocol;
import dev.thresher.config.VipKey;
import dev.thresher.config.XdpMode;
import dev.thresher.daemon.flows.Client;
import dev.thresher.daemon.flows.FlowView;
import dev.thresher.daemon.reconcile.DesiredRoutes;
import dev.thresher.daemon.reconcile.DesiredRoutes.ClientPrefix;
import dev.thresher.daemon.reconcile.DesiredState;
import dev.thresher.daemon.reconcile.DesiredState.DesiredMember;
import dev.thresher.daemon.reconcile.DesiredState.DesiredVip;
import dev.thresher.daemon.reconcile.Reconciler;
import dev.thresher.daemon.reconcile.TableBuilder;
import dev.thresher.daemon.state.ConfigState;
import dev.thresher.daemon.state.DaemonInfo;
import dev.thresher.daemon.state.DaemonState;
import dev.thresher.daemon.state.FlowCensus;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;

/** The program, loaded but attached to nothing, with maps that the reconciler fills. */
final class RunningProgram implements AutoCloseable {
    private static final MacAddress SOURCE = MacAddress.parse("02:00:00:00:00:01");
    static final int SEED = 0x5eed;

    private final Map<VipKey, List<DesiredMember>> vips = new LinkedHashMap<>();
    private final Map<VipKey, Boolean> tracked = new LinkedHashMap<>();
    private final Map<VipKey, DesiredRoutes> routes = new LinkedHashMap<>();
    private final Map<VipKey, HashKind> hashes = new LinkedHashMap<>();
    private final KernelDatapath datapath;
    private final Reconciler reconciler;

    RunningProgram(String name, int flows) throws DatapathException {
        this(
                name,
                new FlowSettings(flows, Duration.ofMinutes(15), Duration.ofMinutes(1), Duration.ofSeconds(30)),
                RunningProgram::inTurns);
    }

    RunningProgram(String name, FlowSettings flows, TableBuilder tables) throws DatapathException {
        // Another run of the tests on this machine must not meet it.
        String instance = "test-" + ProcessHandle.current().pid() + "-" + name;
        datapath = KernelDatapath.open(new Config(
                instance,
                new Interface("lo", XdpMode.GENERIC, null),
                EncapsulationSettings.DEFAULT,
                flows,
                CapacitySettings.DEFAULT,
                OnExit.KEEP,
                ApiSettings.forInstance(instance),
                Config.stateDirectoryOf(instance),
                SEED,
                List.of(),
                List.of()));
        reconciler = new Reconciler(datapath, tables);
    }

    KernelDatapath datapath() {
        return datapath;
    }

    FlowView view() {
        return new FlowView(datapath, reconciler::memberIds, new NoHealth());
    }

    List<VipKey> vips() {
        return List.copyOf(vips.keySet());
    }

    List<InetAddress> reals(VipKey vip) {
        return members(vip).stream().map(DesiredMember::real).toList();
    }

    void vip(VipKey key, boolean tracks, String... reals) {
        tracked.put(key, tracks);
        List<DesiredMember> members = new ArrayList<>();
        for (String real : reals) {
            members.add(new DesiredMember(IpText.parse(real), 1, MemberState.UP, new NextHop(SOURCE, SOURCE)));
        }
        vips.put(key, members);
        apply();
    }

    /** Sends these clients of a VIP to one of its reals, and its other clients to where their flows go. */
    void route(VipKey key, ClientPrefix clients, InetAddress real) {
        routes.put(key, new DesiredRoutes(QuicConfig.NONE, Map.of(), Map.of(clients, real)));
        apply();
    }

    void removeRoutes(VipKey key) {
        routes.remove(key);
        apply();
    }

    /** A tracked VIP whose new flows go by less than the 5-tuple. */
    void vip(VipKey key, HashKind hash, String... reals) {
        hashes.put(key, hash);
        vip(key, true, reals);
    }

    void removeVip(VipKey key) {
        vips.remove(key);
        apply();
    }

    /** Takes the place of everything before. */
    void apply(DesiredState desired) {
        reconciler.apply(desired);
    }

    void set(VipKey key, InetAddress real, MemberState state) {
        members(key)
                .replaceAll(member -> member.real().equals(real)
                        ? new DesiredMember(real, member.weight(), state, member.nextHop())
                        : member);
        apply();
    }

    /** Makes it so that each flow was seen last so many ticks ago. */
    void age(IntSupplier ticks) {
        FlowTable table = datapath.flows();
        long now = datapath.nowTicks();
        table.visit(0, table.size(), (place, entry) -> {
            FlowEntry old = FlowEntry.decode(entry);
            int seen = (int) (now - ticks.getAsInt()) & (FlowEntry.SEEN_MODULUS - 1);
            FlowEntry aged = new FlowEntry(old.tag(), old.member(), seen, old.confirmed(), old.shortLived());
            table.replace(place, entry, aged.encode());
        });
    }

    long counter(Counter counter) {
        return datapath.counters().globals().getOrDefault(counter, 0L);
    }

    BpfProgram.Output run(Client client, VipKey destination, int tcpFlags) {
        byte[] packet = TestPacket.of(client, destination, tcpFlags);
        return datapath.read(maps -> maps.program().testRun(packet));
    }

    @Override
    public void close() {
        datapath.close();
    }

    private List<DesiredMember> members(VipKey key) {
        List<DesiredMember> members = vips.get(key);
        if (members == null) {
            throw new IllegalArgumentException("no VIP " + key);
        }
        return members;
    }

    private void apply() {
        List<DesiredVip> all = new ArrayList<>();
        vips.forEach((key, members) -> all.add(new DesiredVip(
                key,
                tracked.getOrDefault(key, true),
                hashes.getOrDefault(key, HashKind.FIVE_TUPLE),
                routes.getOrDefault(key, DesiredRoutes.NONE),
                members)));
        reconciler.apply(new DesiredState(all));
    }

    private static int[] inTurns(List<TableBuilder.Entry> entries) {
        int[] slots = new int[dev.thresher.bpf.layout.MapNames.TABLE_SLOTS];
        for (int slot = 0; slot < slots.length; slot++) {
            slots[slot] = entries.get(slot % entries.size()).id();
        }
        return slots;
    }

    static VipKey tcp(String address, int port) {
        return new VipKey(IpText.parse(address), port, Protocol.TCP);
    }

    static VipKey udp(String address, int port) {
        return new VipKey(IpText.parse(address), port, Protocol.UDP);
    }

    /** Nobody probes here. */
    private static final class NoHealth implements dev.thresher.daemon.state.StateSource {
        @Override
        public DaemonState snapshot() {
            DaemonInfo info = new DaemonInfo(
                    "test", "0", Instant.EPOCH, Path.of("/test"), "lo", XdpMode.GENERIC, null, List.of());
            ConfigState config = new ConfigState(1, Instant.EPOCH, null, List.of(), List.of());
            return new DaemonState(Instant.EPOCH, info, FlowCensus.NONE, List.of(), config);
        }

        @Override
        public List<dev.thresher.daemon.state.Counter> counters() {
            return List.of();
        }
    }
}
