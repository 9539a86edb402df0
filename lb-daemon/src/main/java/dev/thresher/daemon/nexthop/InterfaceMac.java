// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import dev.thresher.bpf.layout.MacAddress;
import java.io.IOException;
import java.net.NetworkInterface;
import java.util.stream.Collectors;

/** An interface's own Ethernet address: the source of what it sends. */
public final class InterfaceMac {
    private InterfaceMac() {}

    /**
     * Looks it up in the network namespace of the calling thread.
     *
     * @throws IOException if there is no such interface, or it has no Ethernet address
     */
    public static MacAddress of(String name) throws IOException {
        byte[] mac = named(name).getHardwareAddress();
        if (mac == null || mac.length != MacAddress.LENGTH) {
            throw new IOException(
                    "interface " + name + " has no Ethernet address: set thresher.interface to an Ethernet interface");
        }
        return MacAddress.of(mac);
    }

    static NetworkInterface named(String name) throws IOException {
        NetworkInterface found = NetworkInterface.getByName(name);
        if (found == null) {
            String others = NetworkInterface.networkInterfaces()
                    .map(NetworkInterface::getName)
                    .sorted()
                    .collect(Collectors.joining(", "));
            throw new IOException("there is no interface " + name + ": set thresher.interface to one of " + others);
        }
        return found;
    }
}
