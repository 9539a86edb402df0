// SPDX-License-Identifier: Apache-2.0
package dev.thresher.hashing;

import java.net.InetAddress;

/**
 * The five fields that name a flow; both addresses are of one family.
 *
 * @param source the client
 * @param destination the VIP
 * @param protocol IP protocol number
 */
public record FlowTuple(
        InetAddress source, int sourcePort, InetAddress destination, int destinationPort, int protocol) {
    public FlowTuple {
        if (source.getClass() != destination.getClass()) {
            throw new IllegalArgumentException(
                    "addresses of two families: " + source.getHostAddress() + " and " + destination.getHostAddress());
        }
    }

    /** Both ports as the word that the data plane loads from the packet. */
    int portsWord() {
        return Short.toUnsignedInt(Short.reverseBytes((short) sourcePort))
                | Short.reverseBytes((short) destinationPort) << 16;
    }
}
