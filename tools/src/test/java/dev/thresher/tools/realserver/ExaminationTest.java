// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.realserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.DecapDrop;
import dev.thresher.bpf.Decapsulation;
import dev.thresher.config.IpPrefix;
import dev.thresher.config.IpText;
import dev.thresher.tools.realserver.RealHost.OwnAddress;
import dev.thresher.tools.realserver.Wanted.Decapsulator;
import dev.thresher.tools.realserver.Wanted.Encapsulation;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of hosts that no test can be on: their kernels have other modules, their routes other forms. */
class ExaminationTest {
    private static final IpPrefix VIP4 = Prefixes.parse("203.0.113.10");
    private static final IpPrefix VIP6 = Prefixes.parse("2001:db8:cafe::10");

    /** A host in memory, with both families on eth0. */
    private static final class MemoryHost implements RealHost {
        private final Map<String, Device> devices = new HashMap<>();
        private final Map<String, Integer> settings = new HashMap<>();
        private final Map<Family, List<List<String>>> routes = new HashMap<>();
        private final Set<String> fou = new HashSet<>();
        private final Map<DecapDrop, Long> drops = new EnumMap<>(DecapDrop.class);
        private final List<OwnAddress> answered = new ArrayList<>();
        private final Set<IpPrefix> localRoutes = new HashSet<>();
        private @Nullable Decapsulation program;

        MemoryHost() {
            devices.put("eth0", device(1500, true, "10.0.3.11", "fd00:3::11"));
            devices.put("lo", device(65536, true, "203.0.113.10", "2001:db8:cafe::10"));
            settings.put("net/ipv4/conf/all/arp_ignore", 1);
            settings.put("net/ipv4/conf/all/arp_announce", 2);
            settings.put("net/ipv4/conf/all/rp_filter", 0);
            settings.put("net/ipv4/conf/default/rp_filter", 0);
        }

        static Device device(int mtu, boolean up, String... addresses) {
            return new Device(
                    mtu,
                    up,
                    Set.copyOf(Stream.of(addresses).map(Prefixes::parse).toList()));
        }

        @Override
        public Optional<Device> device(String name) {
            return Optional.ofNullable(devices.get(name));
        }

        /** As the kernel has it: an address that was added makes its whole prefix local in IPv4, itself alone in IPv6. */
        @Override
        public Set<IpPrefix> localPrefixes(Family family) {
            Set<IpPrefix> local = new HashSet<>(localRoutes);
            Objects.requireNonNull(devices.get("lo")).addresses().stream()
                    .map(prefix -> prefix.isIpv4() ? prefix : Prefixes.of(prefix.address()))
                    .forEach(local::add);
            local.removeIf(prefix -> prefix.isIpv4() != (family == Family.IPV4));
            return local;
        }

        @Override
        public List<OwnAddress> answeredAddresses() {
            return answered;
        }

        @Override
        public OptionalInt sysctl(String key) {
            Integer value = settings.get(key);
            return value == null ? OptionalInt.empty() : OptionalInt.of(value);
        }

        @Override
        public List<List<String>> defaultRoutes(Family family) {
            return routes.getOrDefault(family, List.of());
        }

        @Override
        public boolean hasFouPort(Family family, int port) {
            return fou.contains(family + ":" + port);
        }

        @Override
        public Optional<Decapsulation> decapsulation(String device) {
            return Optional.ofNullable(program);
        }

        @Override
        public Map<DecapDrop, Long> drops(String device) {
            return drops;
        }
    }

    private final MemoryHost host = new MemoryHost();

    private List<String> mend(Encapsulation encapsulation, IpPrefix... vips) {
        Wanted wanted = new Wanted(List.of(vips), "eth0", encapsulation, 6080, Decapsulator.KERNEL, null);
        return Examination.of(wanted, host).stream()
                .flatMap(finding -> finding.mend().stream())
                .map(Change::text)
                .filter(command -> !command.contains(" mtu "))
                .toList();
    }

    @Test
    void kernel_needs_a_device_for_each_pair_of_families() {
        assertEquals(
                List.of(
                        "modprobe ipip",
                        "ip link set tunl0 up",
                        "modprobe sit",
                        "ip link set sit0 up",
                        "modprobe ip6_tunnel",
                        "ip link add name thresher6 type ip6tnl external",
                        "ip link set thresher6 up"),
                mend(Encapsulation.IPIP, VIP4, VIP6));
    }

    @Test
    void kernel_needs_a_port_of_fou_for_gue() {
        host.devices.put("eth0", MemoryHost.device(1500, true, "10.0.3.11"));
        assertEquals(
                List.of("modprobe fou", "ip fou add port 6080 gue", "modprobe ipip", "ip link set tunl0 up"),
                mend(Encapsulation.GUE, VIP4));
        host.fou.add("IPV4:6080");
        host.devices.put("tunl0", MemoryHost.device(1480, false));
        assertEquals(List.of("ip link set tunl0 up"), mend(Encapsulation.GUE, VIP4));
        host.devices.put("tunl0", MemoryHost.device(1480, true));
        assertEquals(List.of(), mend(Encapsulation.GUE, VIP4));
    }

    @Test
    void fou_over_ipv6_is_a_port_of_its_own() {
        host.devices.put("eth0", MemoryHost.device(1500, true, "fd00:3::11"));
        host.devices.put("thresher6", MemoryHost.device(1460, true));
        assertEquals(List.of("modprobe fou6", "ip fou add port 6080 gue -6"), mend(Encapsulation.GUE, VIP6));
    }

    /** No route leads back by a tunnel device, so strict drops everything. */
    @Test
    void reverse_path_filter_of_the_tunnel_must_not_be_strict() {
        host.devices.put("eth0", MemoryHost.device(1500, true, "10.0.3.11"));
        host.devices.put("tunl0", MemoryHost.device(1480, true));
        host.settings.put("net/ipv4/conf/tunl0/rp_filter", 1);
        assertEquals(List.of("sysctl -q -w net/ipv4/conf/tunl0/rp_filter=2"), mend(Encapsulation.IPIP, VIP4));
        host.settings.put("net/ipv4/conf/tunl0/rp_filter", 2);
        assertEquals(List.of(), mend(Encapsulation.IPIP, VIP4));
        host.settings.put("net/ipv4/conf/tunl0/rp_filter", 0);
        host.settings.put("net/ipv4/conf/all/rp_filter", 1);
        assertEquals(1, mend(Encapsulation.IPIP, VIP4).size());
    }

    /** 0 answers for all, 3 but for those of scope host, 8 for none; the kernel goes by the larger value. */
    @ParameterizedTest
    @CsvSource({
        "0, 0, 'net/ipv4/conf/all/arp_ignore=1'",
        "0, 3, 'net/ipv4/conf/all/arp_ignore=1 net/ipv4/conf/eth0/arp_ignore=1'",
        "8, 0, 'net/ipv4/conf/all/arp_ignore=1'",
        "1, 8, 'net/ipv4/conf/all/arp_ignore=1 net/ipv4/conf/eth0/arp_ignore=1'"
    })
    void arp_must_be_answered_for_the_hosts_own_addresses_alone(int all, int own, String settings) {
        host.devices.put("eth0", MemoryHost.device(1500, true, "10.0.3.11"));
        host.devices.put("tunl0", MemoryHost.device(1480, true));
        host.settings.put("net/ipv4/conf/all/arp_ignore", all);
        host.settings.put("net/ipv4/conf/eth0/arp_ignore", own);
        assertEquals(List.of("sysctl -q -w " + settings), mend(Encapsulation.IPIP, VIP4));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void arp_that_is_right_stays(int value) {
        host.devices.put("eth0", MemoryHost.device(1500, true, "10.0.3.11"));
        host.devices.put("tunl0", MemoryHost.device(1480, true));
        host.settings.put("net/ipv4/conf/eth0/arp_ignore", value);
        assertEquals(List.of(), mend(Encapsulation.IPIP, VIP4));
    }

    private List<Change> mss(Family family, String route) {
        host.routes.put(family, List.of(List.of(route.split(" "))));
        IpPrefix vip = family == Family.IPV4 ? VIP4 : VIP6;
        Wanted wanted = new Wanted(List.of(vip), "eth0", Encapsulation.GUE, 6080, Decapsulator.XDP, null);
        return Examination.of(wanted, host).stream()
                .filter(finding -> finding.name().equals("mss"))
                .flatMap(finding -> finding.mend().stream())
                .toList();
    }

    private Finding decapsulation() {
        Wanted wanted = new Wanted(List.of(VIP4), "eth0", Encapsulation.IPIP, 6080, Decapsulator.XDP, null);
        return Examination.of(wanted, host).stream()
                .filter(finding -> finding.name().equals("decapsulation"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void drops_of_the_program_are_told_with_their_reason() {
        host.program = new Decapsulation(Set.of(Prefixes.forProgram(VIP4)), 6080);
        host.drops.putAll(Map.of(DecapDrop.CONGESTION, 0L, DecapDrop.STRIP, 0L));
        assertEquals("our program unwraps packets on eth0", decapsulation().text());
        host.drops.put(DecapDrop.CONGESTION, 12L);
        assertEquals(
                "our program unwraps packets on eth0; it dropped 12: a router marked congestion, and the packet inside"
                        + " does not know such marks (RFC 6040)",
                decapsulation().text());
        assertEquals(host.drops, decapsulation().drops());
        assertTrue(decapsulation().ok(), "the host lacks nothing");
    }

    @Test
    void route_keeps_all_that_it_is_but_for_the_mss() {
        assertEquals(
                List.of(Change.of(
                        "ip -4 route change default advmss 1412 via 10.0.3.1 dev eth0 proto dhcp src 10.0.3.11 metric"
                                + " 100",
                        "ip -4 route change default via 10.0.3.1 dev eth0 proto dhcp src 10.0.3.11 metric 100")),
                mss(Family.IPV4, "default via 10.0.3.1 dev eth0 proto dhcp src 10.0.3.11 metric 100"));
    }

    @Test
    void mss_that_is_too_large_is_replaced_and_comes_back() {
        assertEquals(
                List.of(Change.of(
                        "ip -4 route change default advmss 1412 via 10.0.3.1 dev eth0",
                        "ip -4 route change default via 10.0.3.1 dev eth0 advmss 1460")),
                mss(Family.IPV4, "default via 10.0.3.1 dev eth0 advmss 1460"));
        assertEquals(List.of(), mss(Family.IPV4, "default via 10.0.3.1 dev eth0 advmss 1400"));
    }

    @Test
    void what_ip_shows_and_does_not_take_is_left_out() {
        assertEquals(
                List.of(Change.of(
                        "ip -6 route change default advmss 1392 via fe80::1 dev eth0 proto ra metric 1024 pref medium",
                        "ip -6 route change default via fe80::1 dev eth0 proto ra metric 1024 pref medium")),
                mss(Family.IPV6, "default via fe80::1 dev eth0 proto ra metric 1024 expires 1783sec pref medium"));
        assertEquals(
                List.of(Change.of(
                        "ip -4 route change default advmss 1412 nexthop via 10.0.3.1 dev eth0 weight 1 nexthop via"
                                + " 10.0.3.2 dev eth0 weight 1",
                        "ip -4 route change default nexthop via 10.0.3.1 dev eth0 weight 1 nexthop via 10.0.3.2 dev"
                                + " eth0 weight 1")),
                mss(
                        Family.IPV4,
                        "default nexthop via 10.0.3.1 dev eth0 weight 1 nexthop via 10.0.3.2 dev eth0 weight 1"
                                + " linkdown"));
    }

    @Test
    void interface_with_room_needs_no_smaller_mss() {
        host.devices.put("eth0", MemoryHost.device(1548, true, "10.0.3.11", "fd00:3::11"));
        assertEquals(List.of(), mss(Family.IPV4, "default via 10.0.3.1 dev eth0"));
    }

    @Test
    void family_without_a_default_route_is_told() {
        host.routes.put(Family.IPV4, List.of(List.of("default", "advmss", "1412", "via", "10.0.3.1")));
        Wanted wanted = new Wanted(List.of(VIP4, VIP6), "eth0", Encapsulation.GUE, 6080, Decapsulator.XDP, null);
        List<String> texts = Examination.of(wanted, host).stream()
                .filter(finding -> finding.name().equals("mtu"))
                .map(Finding::text)
                .toList();
        assertEquals(
                List.of("a client's packet of 1500 bytes becomes 1548, and eth0 takes 1500; there is no IPv6 default"
                        + " route to announce a smaller MSS on"),
                texts);
    }

    private List<String> mendOfVip(IpPrefix vip) {
        Wanted wanted = new Wanted(List.of(vip), "eth0", Encapsulation.L2, 6080, Decapsulator.XDP, null);
        return Examination.of(wanted, host).stream()
                .filter(finding -> finding.name().equals("vip"))
                .flatMap(finding -> finding.mend().stream())
                .map(Change::text)
                .toList();
    }

    @Test
    void ipv6_prefix_needs_a_local_route() {
        IpPrefix prefix = Prefixes.parse("2001:db8:aa::/64");
        host.devices.put("lo", MemoryHost.device(65536, true, "2001:db8:aa::/64"));
        assertEquals(List.of("ip -6 route add local 2001:db8:aa::/64 dev lo"), mendOfVip(prefix));
        assertEquals(List.of("ip address add 2001:db8:aa::5/128 dev lo"), mendOfVip(Prefixes.parse("2001:db8:aa::5")));
        host.localRoutes.add(prefix);
        assertEquals(List.of(), mendOfVip(prefix));
        assertEquals(List.of(), mendOfVip(Prefixes.parse("2001:db8:aa::5")));
    }

    @Test
    void vip_that_another_device_answers_for_is_told() {
        host.answered.add(new OwnAddress("eth0", VIP4.address(), 24));
        host.answered.add(new OwnAddress("eth1", VIP6.address(), 128));
        host.answered.add(new OwnAddress("eth0", IpText.parse("10.0.3.11"), 24));
        assertEquals(List.of("ip address delete 203.0.113.10/24 dev eth0"), mendOfVip(VIP4));
        assertEquals(List.of("ip address delete 2001:db8:cafe::10/128 dev eth1"), mendOfVip(VIP6));
    }

    @Test
    void prefix_on_lo_has_every_vip_in_it() {
        host.devices.put("lo", MemoryHost.device(65536, true, "203.0.113.0/24"));
        Wanted wanted = new Wanted(
                List.of(VIP4, Prefixes.parse("203.0.113.128/25"), Prefixes.parse("203.0.112.0/23")),
                "eth0",
                Encapsulation.L2,
                6080,
                Decapsulator.XDP,
                null);
        List<Finding> missing = Examination.of(wanted, host).stream()
                .filter(finding -> !finding.ok())
                .toList();
        assertEquals(1, missing.size(), missing::toString);
        assertTrue(missing.get(0).text().startsWith("203.0.112.0/23 is not on lo"));
    }
}
