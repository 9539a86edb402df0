// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Makes the namespaces of a topology and what joins them. */
final class Wiring {
    private static final Path OPTIONS = Path.of("/proc/sys/net");

    private final Topology topology;

    Wiring(Topology topology) {
        this.topology = topology;
    }

    void make() {
        if (!Files.isDirectory(OPTIONS.resolve("ipv6"))) {
            throw new LabException("IPv6 is off in this kernel, and the lab needs it: boot without ipv6.disable=1");
        }
        for (Host host : topology.hosts()) {
            host.namespace().create();
            host.namespace().call(() -> {
                setKernelOptions(host);
                return true;
            });
        }
        topology.links().forEach(Wiring::plug);
        for (Host host : topology.hosts()) {
            host.namespace().ip(List.of("link set lo up"));
        }
        topology.links().forEach(Wiring::switchOn);
        for (Host host : topology.hosts()) {
            host.namespace().ip(topology.configuration(host));
        }
    }

    private void setKernelOptions(Host host) throws IOException {
        for (String scope : List.of("all", "default")) {
            set("ipv6/conf/" + scope + "/disable_ipv6", 0);
            set("ipv6/conf/" + scope + "/accept_dad", 0);
            set("ipv6/conf/" + scope + "/accept_ra", 0);
            // Replies leave by another way than requests come: the reverse path filter would drop them.
            set("ipv4/conf/" + scope + "/rp_filter", 0);
        }
        // No TIME-WAIT: what is sent from a port twice, to compare where it goes, must not find the port still taken.
        set("ipv4/tcp_max_tw_buckets", 0);
        if (host.equals(topology.router())) {
            set("ipv4/ip_forward", 1);
            set("ipv6/conf/all/forwarding", 1);
        }
        if (topology.realHosts().contains(host)) {
            // As on any real server of a DSR setup: never answer ARP for the VIP.
            set("ipv4/conf/all/arp_ignore", 1);
            set("ipv4/conf/all/arp_announce", 2);
        }
    }

    private static void set(String option, int value) throws IOException {
        Files.writeString(OPTIONS.resolve(option), Integer.toString(value));
    }

    /** Creates the pair inside the namespaces, so that no name of it ever shows up on the host. */
    private static void plug(Link link) {
        String size = " mtu " + link.mtu();
        link.from()
                .namespace()
                .ip(List.of("link add " + link.fromPort() + size + " type veth peer name " + link.toPort() + size
                        + " netns " + link.to().namespace().name()));
    }

    private static void switchOn(Link link) {
        switchOn(link.from(), link.fromPort());
        switchOn(link.to(), link.toPort());
    }

    private static void switchOn(Host host, String port) {
        // A veth leaves checksums to be filled in by hardware that is not there, and merges segments. Once XDP has
        // wrapped such a packet nobody mends it: the real server counts a checksum error, or it exceeds the MTU.
        host.namespace().run("ethtool", "-K", port, "tx", "off", "tso", "off", "gso", "off", "gro", "off");
        host.namespace().ip(List.of("link set " + port + " up"));
    }
}
