// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.thresher.bpf.InstancePins;
import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MapNames;
import dev.thresher.bpf.layout.MemberRecord.Encapsulation;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import dev.thresher.bpf.layout.MemberState;
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
import dev.thresher.daemon.datapath.KernelDatapath;
import dev.thresher.daemon.nexthop.Resolution.Resolved;
import dev.thresher.daemon.reconcile.DesiredState;
import dev.thresher.daemon.reconcile.DesiredState.DesiredMember;
import dev.thresher.daemon.reconcile.DesiredState.DesiredVip;
import dev.thresher.daemon.reconcile.Reconciler;
import dev.thresher.daemon.reconcile.TableBuilder;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real server behind another interface than the one where packets come in, with frames on real (virtual) wires. */
final class OtherInterfaceTest {
    private static final VipKey VIP = VipKey.parse("203.0.113.10:53/udp");
    private static final InetAddress ROUTER1 = IpText.parse("198.18.1.2");
    private static final InetAddress VLAN_ROUTER = IpText.parse("198.18.20.2");
    private static final int VLAN = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int IPV4 = 0x0800;
    private static final int IPPROTO_IPIP = 4;

    private final String instance = "test-" + ProcessHandle.current().pid() + "-egress";
    private final HeardNextHops heard = new HeardNextHops();

    @Test
    void packets_leaveByTheInterfaceOfTheRoute_andFollowIt() throws Exception {
        try (TestNetwork network = new TestNetwork()) {
            Wire eth1 = Wire.of(network, "eth1", false);
            MacAddress balancer = network.callInBalancer(() -> InterfaceMac.of("eth0"));
            MacAddress replacement = MacAddress.parse("02:00:00:00:00:99");
            network.callInBalancer(() -> {
                try (KernelDatapath datapath = KernelDatapath.open(config());
                        NextHopWatcher watcher = NextHopWatcher.start("eth0", () -> true, heard)) {
                    Reconciler reconciler = new Reconciler(datapath, OtherInterfaceTest::onlyOne);
                    watcher.update(List.of(ROUTER1));
                    reconciler.apply(desired(ROUTER1, heard.await(ROUTER1, eth1.resolved(ROUTER1)::equals)));
                    datapath.activate();
                    assertEquals(Map.of(1, eth1.egress()), datapath.egress().read());
                    assertArrives(network, balancer, eth1);

                    network.inRouter("link set eth1 address " + replacement);
                    network.inBalancer("neigh flush dev eth1");
                    Wire moved = eth1.with(replacement);
                    reconciler.apply(desired(ROUTER1, heard.await(ROUTER1, moved.resolved(ROUTER1)::equals)));
                    assertArrives(network, balancer, moved);

                    network.inBalancer("link set eth1 down");
                    heard.await(ROUTER1, Resolution.Unresolved.class::isInstance);
                    reconciler.apply(new DesiredState(List.of()));
                    assertEquals(Map.of(), datapath.egress().read());
                } finally {
                    new InstancePins(instance).detach();
                }
                return null;
            });
        }
    }

    /** VLANs on the port where packets come in, and on another one; the router's takes only frames with its tag. */
    @ParameterizedTest
    @ValueSource(strings = {"eth0", "eth1"})
    void packets_toAVlan_haveItsTag(String port) throws Exception {
        try (TestNetwork network = new TestNetwork()) {
            String vlan = port + "." + VLAN;
            assumeTrue(network.addVlan(port, VLAN), "this kernel has no VLANs");
            network.inRouter("addr add 198.18.20.2/24 dev " + vlan);
            network.inBalancer("addr add 198.18.20.1/24 dev " + vlan);
            Wire wire = Wire.of(network, port, port.equals("eth0"));
            MacAddress balancer = network.callInBalancer(() -> InterfaceMac.of("eth0"));
            Resolved expected = new Resolved(wire.peer(), wire.ours(), VLAN_ROUTER, wire.egress(), wire.mtu(), VLAN);
            network.callInBalancer(() -> {
                try (KernelDatapath datapath = KernelDatapath.open(config());
                        NextHopWatcher watcher = NextHopWatcher.start("eth0", () -> true, heard)) {
                    Reconciler reconciler = new Reconciler(datapath, OtherInterfaceTest::onlyOne);
                    watcher.update(List.of(VLAN_ROUTER));
                    reconciler.apply(desired(VLAN_ROUTER, heard.await(VLAN_ROUTER, expected::equals)));
                    datapath.activate();
                    assertArrives(network, balancer, wire, vlan, VLAN_ROUTER);
                    // And once more, now that the flow is known.
                    assertArrives(network, balancer, wire, vlan, VLAN_ROUTER);
                } finally {
                    new InstancePins(instance).detach();
                }
                return null;
            });
        }
    }

    private static void assertArrives(TestNetwork network, MacAddress balancer, Wire eth1) throws Exception {
        assertArrives(network, balancer, eth1, "eth1", ROUTER1);
    }

    /** Sends a client's packet in by eth0, and sees it come out by another interface of the router's. */
    private static void assertArrives(
            TestNetwork network, MacAddress balancer, Wire eth1, String interfaceName, InetAddress real)
            throws Exception {
        network.callInRouter(() -> {
            try (PacketSocket in = new PacketSocket("eth0");
                    PacketSocket out = new PacketSocket(interfaceName)) {
                byte[] packet = packet();
                in.send(ByteBuffer.allocate(14 + packet.length)
                        .put(balancer.bytes())
                        .put(new byte[] {2, 0, 0, 0, 0, 0x55})
                        .putShort((short) IPV4)
                        .put(packet)
                        .array());
                byte[] frame = out.await(OtherInterfaceTest::isIpInIp, PATIENCE);
                assertArrayEquals(eth1.peer().bytes(), Arrays.copyOf(frame, 6), "to the next hop");
                assertArrayEquals(
                        eth1.ours().bytes(), Arrays.copyOfRange(frame, 6, 12), "from the interface's address");
                assertArrayEquals(real.getAddress(), Arrays.copyOfRange(frame, 14 + 16, 14 + 20));
                assertArrayEquals(packet, Arrays.copyOfRange(frame, 14 + 20, frame.length));
            }
            return null;
        });
    }

    private static boolean isIpInIp(byte[] frame) {
        return frame.length > 34 && ByteBuffer.wrap(frame).getShort(12) == IPV4 && frame[14 + 9] == IPPROTO_IPIP;
    }

    /** UDP of 40 bytes to the VIP, without a checksum. */
    private static byte[] packet() {
        ByteBuffer packet = ByteBuffer.allocate(20 + 8 + 40);
        packet.putShort((short) 0x4500).putShort((short) packet.capacity()).putInt(0);
        packet.put((byte) 64).put((byte) 17).putShort((short) 0);
        packet.put(new byte[] {(byte) 198, 51, 100, 7}).put(VIP.address().getAddress());
        packet.putShort((short) 40_000).putShort((short) VIP.port()).putShort((short) 48);
        return packet.array();
    }

    private static DesiredState desired(InetAddress real, Resolution resolution) {
        Resolved resolved = (Resolved) resolution;
        NextHop hop = new NextHop(resolved.destination(), resolved.source(), resolved.mtu(), 0, resolved.vlan());
        DesiredMember member = new DesiredMember(real, 1, MemberState.UP, hop, resolved.egress(), Encapsulation.IPIP);
        return new DesiredState(List.of(new DesiredVip(VIP, true, List.of(member))));
    }

    private static int[] onlyOne(List<TableBuilder.Entry> entries) {
        int[] slots = new int[MapNames.TABLE_SLOTS];
        Arrays.fill(slots, entries.get(0).id());
        return slots;
    }

    private Config config() {
        return new Config(
                instance,
                new Interface("eth0", XdpMode.GENERIC, null),
                EncapsulationSettings.DEFAULT,
                new FlowSettings(1 << 14, Duration.ofMinutes(15), Duration.ofMinutes(1), Duration.ofSeconds(30)),
                CapacitySettings.DEFAULT,
                OnExit.KEEP,
                ApiSettings.forInstance(instance),
                0x5eed,
                List.of(),
                List.of());
    }
}
