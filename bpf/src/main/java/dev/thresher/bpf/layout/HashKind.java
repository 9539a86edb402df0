// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

/** What of a packet decides its slot in a VIP's Maglev table. The connection table goes by the 5-tuple always. */
public enum HashKind {
    FIVE_TUPLE(-1, -1),
    /** Of the client, whatever its port: all its flows go to one real server. */
    SOURCE(0, -1),
    SOURCE_PORT(0xffff0000, -1),
    DESTINATION_PORT(0x0000ffff, 0);

    private final int ports;
    private final int source;

    HashKind(int ports, int source) {
        this.ports = ports;
        this.source = source;
    }

    /** Bits of (source port, destination port) that count, in network order: the source port is the upper half. */
    public int portsMask() {
        return ports;
    }

    /** Bits that count of each word of the source address: all or none. */
    public int sourceMask() {
        return source;
    }

    static HashKind of(int portsMask, int sourceMask) {
        for (HashKind kind : values()) {
            if (kind.ports == portsMask && kind.source == sourceMask) {
                return kind;
            }
        }
        throw new IllegalArgumentException(
                String.format("no hash kind has the masks %08x of ports and %08x of source", portsMask, sourceMask));
    }
}
