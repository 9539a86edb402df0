// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import org.jspecify.annotations.Nullable;

/**
 * Where the program is attached.
 *
 * @param name the kernel's name of the interface, 1 to 15 characters
 * @param xdpMode how it is attached
 * @param gatewayMac where every encapsulated packet goes next, or null to ask the kernel's routes and neighbours
 */
public record Interface(
        String name, XdpMode xdpMode, @Nullable MacAddress gatewayMac) {
    /** IFNAMSIZ less the terminating zero. */
    public static final int MAX_NAME_LENGTH = 15;

    public Interface {
        Require.inRange("the length of an interface name", name.length(), 1, MAX_NAME_LENGTH);
    }
}
