// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.realserver;

import dev.thresher.config.IpPrefix;
import dev.thresher.config.IpText;
import dev.thresher.tools.realserver.RealHost.Device;
import dev.thresher.tools.realserver.RealHost.OwnAddress;
import dev.thresher.tools.realserver.Wanted.Decapsulator;
import dev.thresher.tools.realserver.Wanted.Encapsulation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Compares a host with what a real server needs, one thing after the other, in the order in which to mend them. */
public final class Examination {
    private static final String SYSCTL = "sysctl -q -w";
    /** arp_ignore: for no local address at all. */
    private static final int SILENT = 8;

    private static final String LOOPBACK = "lo";
    private static final int IPV6_BITS = 128;

    private final Wanted wanted;
    private final RealHost host;
    private final Device device;

    private Examination(Wanted wanted, RealHost host, Device device) {
        this.wanted = wanted;
        this.host = host;
        this.device = device;
    }

    /**
     * Everything that was looked at.
     *
     * @throws IllegalArgumentException if the host has no such interface
     */
    public static List<Finding> of(Wanted wanted, RealHost host) {
        Device device = host.device(wanted.interfaceName())
                .orElseThrow(() -> new IllegalArgumentException(
                        "there is no interface " + wanted.interfaceName() + "; list them with: ip link"));
        return new Examination(wanted, host, device).findings();
    }

    private List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        findings.add(deviceIsUp(wanted.interfaceName(), device));
        // Before the VIPs: the host must not answer ARP for them for a moment.
        if (wanted.vipFamilies().contains(Family.IPV4)) {
            findings.addAll(arp());
        }
        wanted.vips().forEach(vip -> findings.add(vip(vip)));
        host.answeredAddresses().stream()
                .filter(address -> wanted.vips().contains(Prefixes.of(address.address())))
                .forEach(address -> findings.add(answeredElsewhere(address)));
        if (wanted.encapsulation() != Encapsulation.L2) {
            findings.addAll(new PathMtu(wanted, host, device, outerFamilies()).findings());
            findings.addAll(decapsulation());
        } else if (wanted.vipFamilies().contains(Family.IPV4)) {
            findings.add(reversePath(wanted.interfaceName()));
        }
        return findings;
    }

    private List<Finding> decapsulation() {
        if (wanted.decapsulator() == Decapsulator.KERNEL) {
            return new KernelTunnels(wanted, host, outerFamilies()).findings();
        }
        List<Finding> findings = new ArrayList<>();
        if (wanted.vipFamilies().contains(Family.IPV4)) {
            findings.add(reversePath(wanted.interfaceName()));
        }
        findings.add(new XdpProgram(wanted, host).finding());
        return findings;
    }

    /** Outer headers come in the families that the interface has addresses of. */
    private Set<Family> outerFamilies() {
        Set<Family> families = new TreeSet<>();
        device.addresses().forEach(address -> families.add(address.isIpv4() ? Family.IPV4 : Family.IPV6));
        return families.isEmpty() ? Set.of(Family.IPV4) : families;
    }

    static Finding deviceIsUp(String name, Device device) {
        return device.up()
                ? Finding.good("interface", name + " is up")
                : Finding.missing(
                        "interface",
                        name + " is down",
                        Change.of("ip link set " + name + " up", "ip link set " + name + " down"));
    }

    private Finding vip(IpPrefix vip) {
        Family family = vip.isIpv4() ? Family.IPV4 : Family.IPV6;
        if (host.localPrefixes(family).stream().anyMatch(local -> Prefixes.covers(local, vip))) {
            return Finding.good("vip", vip + " is on " + LOOPBACK);
        }
        // Of a prefix that is added as an address, IPv4 takes all addresses for the host's own, IPv6 only that one.
        boolean isAddress = family == Family.IPV4 || vip.length() == IPV6_BITS;
        String object = isAddress ? "ip address " : "ip -6 route ";
        String rest = (isAddress ? "" : "local ") + vip + " dev " + LOOPBACK;
        return Finding.missing(
                "vip",
                vip + " is not on " + LOOPBACK + ": packets for it are not this host's",
                Change.of(object + "add " + rest, object + "delete " + rest));
    }

    /** The settings for ARP do not cover that: the device has the address, so it answers for it. */
    private static Finding answeredElsewhere(OwnAddress own) {
        String rest = IpText.format(own.address()) + "/" + own.length() + " dev " + own.device();
        return Finding.missing(
                "vip",
                IpText.format(own.address()) + " is an address of " + own.device()
                        + " too: this host answers neighbours who ask for it, and takes the load balancer's packets"
                        + " away",
                Change.of("ip address delete " + rest, "ip address add " + rest));
    }

    /**
     * Who answers ARP for a VIP gets its packets, past the load balancer. 3 spares addresses of scope host alone, and the
     * kernel knows no 4 to 7 and answers (arp_ignore() in net/ipv4/arp.c).
     */
    private List<Finding> arp() {
        boolean isSilent = effective(wanted.interfaceName(), "arp_ignore") == SILENT;
        return List.of(
                sysctl(
                        "arp_ignore",
                        value -> value >= 1 && value <= 2,
                        1,
                        isSilent
                                ? "this host answers no ARP request at all, and the load balancer does not find it"
                                : "this host answers ARP requests for the VIPs, and takes the load balancer's packets"
                                        + " away"),
                sysctl(
                        "arp_announce",
                        value -> value == 2,
                        2,
                        "this host may tell its neighbours by ARP that it has the VIPs"));
    }

    /** The kernel goes by the larger of the value for all interfaces and the interface's own. */
    private Finding sysctl(String option, Predicate<Integer> right, int value, String harm) {
        String all = key("all", option);
        int now = effective(wanted.interfaceName(), option);
        if (right.test(now)) {
            return Finding.good(option, option + " is " + now);
        }
        List<String> keys = new ArrayList<>(List.of(all));
        if (value(key(wanted.interfaceName(), option)) > value) {
            keys.add(key(wanted.interfaceName(), option));
        }
        return Finding.missing(option, harm + ": " + option + " is " + now, set(keys, value));
    }

    /** Loose is enough, and does not hang on what other interfaces have. */
    private Finding reversePath(String name) {
        int now = effective(name, "rp_filter");
        if (now != 1) {
            return Finding.good("rp_filter", "rp_filter of " + name + " is " + now);
        }
        return Finding.missing(
                "rp_filter",
                "packets of clients that are not reached by " + name + " are dropped: its rp_filter is strict, 1",
                set(List.of(key(name, "rp_filter")), 2));
    }

    private Change set(List<String> keys, int value) {
        StringBuilder change = new StringBuilder();
        StringBuilder undo = new StringBuilder();
        for (String key : keys) {
            change.append(' ').append(key).append('=').append(value);
            host.sysctl(key)
                    .ifPresent(old -> undo.append(' ').append(key).append('=').append(old));
        }
        return Change.of(SYSCTL + change, undo.isEmpty() ? "" : SYSCTL + undo);
    }

    private int effective(String name, String option) {
        return Math.max(value(key("all", option)), value(key(name, option)));
    }

    private int value(String key) {
        return host.sysctl(key).orElse(0);
    }

    /** Slashes, because the name of an interface may have a dot. */
    static String key(String name, String option) {
        return "net/ipv4/conf/" + name + "/" + option;
    }
}
