// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.realserver;

import dev.thresher.bpf.DecapDrop;
import dev.thresher.bpf.Decapsulation;
import dev.thresher.config.IpPrefix;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** A host that is, or shall be, a real server: what can be seen of it. */
public interface RealHost {
    /** The network device; empty when there is none of that name. */
    Optional<Device> device(String name);

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
     * A network device.
     *
     * @param mtu in bytes
     * @param addresses of it, with the prefix of each, but no link-local ones
     */
    record Device(int mtu, boolean up, Set<IpPrefix> addresses) {}
}
