// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.state;

/**
 * What a member or a VIP was sent since the maps were created.
 *
 * @param packets from clients
 * @param bytes of those packets, without link header and encapsulation
 * @param newFlows flows that were assigned
 */
public record Traffic(long packets, long bytes, long newFlows) {
    public static final Traffic NONE = new Traffic(0, 0, 0);

    public Traffic plus(Traffic other) {
        return new Traffic(packets + other.packets, bytes + other.bytes, newFlows + other.newFlows);
    }
}
