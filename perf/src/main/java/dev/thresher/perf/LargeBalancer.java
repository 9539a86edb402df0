// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MapNames;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.config.ApiSettings;
import dev.thresher.config.CapacitySettings;
import dev.thresher.config.Config;
import dev.thresher.config.EncapsulationSettings;
import dev.thresher.config.FlowSettings;
import dev.thresher.config.Interface;
import dev.thresher.config.OnExit;
import dev.thresher.config.Protocol;
import dev.thresher.config.VipKey;
import dev.thresher.config.XdpMode;
import dev.thresher.daemon.datapath.DatapathException;
import dev.thresher.daemon.datapath.KernelDatapath;
import dev.thresher.daemon.reconcile.DesiredState;
import dev.thresher.daemon.reconcile.DesiredState.DesiredMember;
import dev.thresher.daemon.reconcile.DesiredState.DesiredVip;
import dev.thresher.daemon.reconcile.Reconciler;
import dev.thresher.daemon.reconcile.TableBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** The program and its maps as the daemon loads and fills them, attached to nothing. */
final class LargeBalancer implements AutoCloseable {
    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:01");

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final KernelDatapath datapath;

    private LargeBalancer(KernelDatapath datapath) {
        this.datapath = datapath;
    }

    /**
     * Fills the maps of a balancer of its own.
     *
     * @param reals shared out among the VIPs
     * @param flows places in the connection table, a power of two
     */
    static LargeBalancer open(int vips, int reals, int flows) throws DatapathException {
        KernelDatapath datapath = KernelDatapath.open(config(flows));
        new Reconciler(datapath, LargeBalancer::allToTheFirst).apply(desired(vips, reals));
        return new LargeBalancer(datapath);
    }

    /** Bytes that the kernel holds, by map. */
    Map<String, Long> memory() {
        return datapath.memory();
    }

    private static Config config(int flows) {
        String instance = "bench-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
        return new Config(
                instance,
                new Interface("lo", XdpMode.GENERIC, null),
                EncapsulationSettings.DEFAULT,
                new FlowSettings(flows, Duration.ofMinutes(15), Duration.ofMinutes(1), Duration.ofMinutes(1)),
                CapacitySettings.DEFAULT,
                OnExit.KEEP,
                ApiSettings.forInstance(instance),
                0,
                List.of(),
                List.of());
    }

    private static DesiredState desired(int vips, int reals) {
        List<DesiredVip> desired = new ArrayList<>();
        int placed = 0;
        for (int i = 0; i < vips; i++) {
            int end = (int) ((long) (i + 1) * reals / vips);
            List<DesiredMember> members = new ArrayList<>();
            for (; placed < end; placed++) {
                members.add(new DesiredMember(
                        Traffic.after(Traffic.address("10.0.0.1"), placed), 1, MemberState.UP, new NextHop(MAC, MAC)));
            }
            VipKey key = new VipKey(Traffic.after(Traffic.address("198.18.0.0"), i), Traffic.VIP_PORT, Protocol.TCP);
            desired.add(new DesiredVip(key, true, members));
        }
        return new DesiredState(desired);
    }

    /** What is in a table does not matter here. */
    private static int[] allToTheFirst(List<TableBuilder.Entry> entries) {
        int[] slots = new int[MapNames.TABLE_SLOTS];
        Arrays.fill(slots, entries.get(0).id());
        return slots;
    }

    @Override
    public void close() {
        datapath.close();
    }
}
