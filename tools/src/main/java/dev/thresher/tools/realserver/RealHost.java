// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.realserver;

import dev.thresher.bpf.DecapDrop;
import dev.thresher.bpf.Decapsulation;
import dev.thresher.config.IpPrefix;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** A host that is, or shall be, a real server: what can be seen of it. */
public interface RealHost {
    /** The network device; empty when there is none of that name. */
    Optional<Device> device(String name);

    /** What the kernel takes for this host's own by way of the loopback device. */
    Set<IpPrefix> localPrefixes(Family family);

    /** Addresses for which the host answers neighbours that ask: those of devices that resolve addresses. */
    List<OwnAddress> answeredAddresses();

    /** A number that the kernel is set to; empty when it does not know the key. */
    OptionalInt sysctl(String key);

    /** The words that {@code ip route show default} has for each route. */
    List<List<String>> defaultRoutes(Family family);

    /** Whether the kernel takes GUE on the UDP port. */
    boolean hasFouPort(Family family, int port);

    /** What our program on the device goes by; empty when it is not there. */
    Optional<Decapsulation> decapsulation(String device);

    /** What our program on the device dropped since it was attached; empty when it does not say. */
    Map<DecapDrop, Long> drops(String device);

    /**
     * An address of a device.
     *
     * @param length of the prefix that it was given with, 0 to 32 or 128
     */
    record OwnAddress(String device, InetAddress address, int length) {}

    /**
     * A network device.
     *
     * @param mtu in bytes
     * @param addresses of it, with the prefix of each, but no link-local ones
     */
    record Device(int mtu, boolean up, Set<IpPrefix> addresses) {}
}
