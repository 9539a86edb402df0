// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import dev.thresher.bpf.layout.MacAddress;
import java.io.IOException;
import java.net.NetworkInterface;
import java.util.stream.Collectors;

/** What an interface says of itself: its own Ethernet address, the source of what it sends, and its MTU. */
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

    /** The largest IP packet that an interface takes now, in bytes; 0 if that cannot be told: it is gone. */
    public static int mtuOf(String name) {
        try {
            return named(name).getMTU();
        } catch (IOException e) {
            return 0;
        }
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
