// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import dev.thresher.bpf.BpfObject;
import dev.thresher.bpf.Decapsulation;
import dev.thresher.bpf.NetworkInterfaces;
import dev.thresher.bpf.XdpLink;
import dev.thresher.bpf.XdpMode;
import dev.thresher.config.IpText;
import java.util.Set;

/** The XDP programs of the lab's other hosts; that of lb1 is the daemon's business. */
final class XdpPrograms {
    /** Every VIP that somebody may want to try in the lab: the networks of those that are there. */
    private static final Decapsulation DECAPSULATION = new Decapsulation(
            Set.of(
                    new Decapsulation.Prefix(IpText.parse("203.0.113.0"), 24),
                    new Decapsulation.Prefix(IpText.parse("2001:db8:cafe::"), 48)),
            Decapsulation.DEFAULT_GUE_PORT);

    private final Topology topology;
    private final LabFiles files;

    XdpPrograms(Topology topology, LabFiles files) {
        this.topology = topology;
        this.files = files;
    }

    void attach() {
        LabFiles.makeDirectories(files.labPins());
        try (BpfObject object = DECAPSULATION.load()) {
            // A veth delivers what its peer sends by XDP_TX only if it has a program itself.
            attach(object, "pass", topology.router(), topology.balancer().name());
            topology.realHosts().forEach(real -> attach(object, "decap", real, Topology.UPLINK));
        }
    }

    private void attach(BpfObject object, String program, Host host, String port) {
        host.namespace().call(() -> {
            int index = NetworkInterfaces.indexOf(port)
                    .orElseThrow(() -> new LabException("no port " + port + " on " + host.name()));
            // Generic mode would hide what the lab is to show.
            try (XdpLink link = object.program(program).attachXdp(index, XdpMode.DRIVER)) {
                link.pin(files.labPins().resolve(host.name() + "-" + program));
            }
            return index;
        });
    }
}
