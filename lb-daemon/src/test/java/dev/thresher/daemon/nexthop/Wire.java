// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.daemon.nexthop.Resolution.Resolved;
import java.net.InetAddress;

/**
 * One of the wires of a {@link TestNetwork}.
 *
 * @param egress as a next hop behind it has it
 * @param ours the address of the load balancer's end
 * @param peer the address of the router's end
 * @param mtu of the load balancer's end
 */
record Wire(int egress, MacAddress ours, MacAddress peer, int mtu) {
    static Wire of(TestNetwork network, String name, boolean attached) throws Exception {
        MacAddress peer = network.callInRouter(() -> InterfaceMac.of(name));
        return network.callInBalancer(() -> new Wire(
                attached ? Resolved.SAME_PORT : InterfaceMac.named(name).getIndex(),
                InterfaceMac.of(name),
                peer,
                InterfaceMac.named(name).getMTU()));
    }

    /** The same after the router's end has got another address. */
    Wire with(MacAddress newPeer) {
        return new Wire(egress, ours, newPeer, mtu);
    }

    /** What a next hop behind it is resolved to. */
    Resolved resolved(InetAddress gateway) {
        return new Resolved(peer, ours, gateway, egress, mtu);
    }
}
