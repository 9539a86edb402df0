// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.realserver;

import dev.thresher.tools.realserver.RealHost.Device;
import dev.thresher.tools.realserver.Wanted.Encapsulation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The kernel's own decapsulation: a device for each pair of an outer and an inner family, and for GUE a port of {@code
 * fou} before them, which takes the UDP header off and hands on IP in IP.
 */
record KernelTunnels(Wanted wanted, RealHost host, Set<Family> outer) {
    /** For IPv6 outside. The device that comes with the module takes IPv6 inside only; this one takes both. */
    private static final String IPV6_DEVICE = "thresher6";

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        for (Family family : outer) {
            if (wanted.encapsulation() == Encapsulation.GUE) {
                findings.add(fou(family));
            }
            devices(family, findings);
        }
        return findings;
    }

    private void devices(Family family, List<Finding> findings) {
        Set<Family> inner = wanted.vipFamilies();
        if (family == Family.IPV6) {
            findings.add(device(
                    IPV6_DEVICE,
                    "any packet in IPv6",
                    List.of(
                            Change.lasting("modprobe ip6_tunnel"),
                            Change.of(
                                    "ip link add name " + IPV6_DEVICE + " type ip6tnl external",
                                    "ip link delete " + IPV6_DEVICE))));
            if (inner.contains(Family.IPV4)) {
                findings.add(reversePath(IPV6_DEVICE));
            }
            return;
        }
        if (inner.contains(Family.IPV4)) {
            findings.add(device("tunl0", "IPv4 in IPv4", List.of(Change.lasting("modprobe ipip"))));
            findings.add(reversePath("tunl0"));
        }
        if (inner.contains(Family.IPV6)) {
            findings.add(device("sit0", "IPv6 in IPv4", List.of(Change.lasting("modprobe sit"))));
        }
    }

    private Finding device(String name, String what, List<Change> make) {
        Optional<Device> device = host.device(name);
        if (device.isPresent() && device.get().up()) {
            return Finding.good("tunnel", name + " takes " + what);
        }
        List<Change> mend = new ArrayList<>(device.isPresent() ? List.of() : make);
        mend.add(Change.of("ip link set " + name + " up", "ip link set " + name + " down"));
        String state = device.isPresent() ? " is down" : " does not exist";
        return new Finding("tunnel", name + state + ": nothing unwraps " + what, mend);
    }

    /** A device that is yet to be made gets the value for all. */
    private Finding reversePath(String device) {
        int all = host.sysctl(Examination.key("all", "rp_filter")).orElse(0);
        int own = host.sysctl(Examination.key(device, "rp_filter"))
                .orElse(host.sysctl(Examination.key("default", "rp_filter")).orElse(0));
        if (Math.max(all, own) != 1) {
            return Finding.good("rp_filter", "rp_filter of " + device + " is " + Math.max(all, own));
        }
        String key = Examination.key(device, "rp_filter");
        return Finding.missing(
                "rp_filter",
                "no client is reached by " + device + ", so its packets are dropped: its rp_filter is strict, 1",
                Change.of("sysctl -q -w " + key + "=2", "sysctl -q -w " + key + "=" + own));
    }

    private Finding fou(Family family) {
        String port = Integer.toString(wanted.guePort());
        if (host.hasFouPort(family, wanted.guePort())) {
            return Finding.good("gue", "the kernel takes GUE over " + family.label + " on UDP port " + port);
        }
        String tail = port + (family == Family.IPV6 ? " -6" : "");
        return Finding.missing(
                "gue",
                "nothing takes GUE over " + family.label + " on UDP port " + port,
                Change.lasting("modprobe " + (family == Family.IPV6 ? "fou6" : "fou")),
                Change.of(
                        "ip fou add port " + port + " gue" + tail.substring(port.length()), "ip fou del port " + tail));
    }
}
