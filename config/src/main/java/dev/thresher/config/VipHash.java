// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

/** What of a packet picks the real of a new flow: packets that agree in it go to the same real. */
public enum VipHash {
    /** Addresses, ports and protocol: flows of one client spread over all reals. */
    FIVE_TUPLE("5-tuple"),
    /** The client's address: all of its flows go to one real. */
    SOURCE("source"),
    /** The client's address and port, whatever port of the VIP it talks to. */
    SOURCE_PORT("source-port"),
    /** The port of the VIP, whoever the client is: makes sense for VIPs of every port only. */
    DESTINATION_PORT("destination-port");

    private final String word;

    VipHash(String word) {
        this.word = word;
    }

    /** As the configuration spells it. */
    @Override
    public String toString() {
        return word;
    }
}
