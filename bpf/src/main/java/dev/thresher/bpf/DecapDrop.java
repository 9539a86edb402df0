// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import java.util.Locale;

/** Why the program of a real server drops a packet, in the order of {@code enum decap_drop}; a test compares the two. */
public enum DecapDrop {
    CONGESTION("a router marked congestion, and the packet inside does not know such marks (RFC 6040)"),
    STRIP("the outer header could not be taken off: please report it");

    private final String text;

    DecapDrop(String text) {
        this.text = text;
    }

    /** For scripts. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** For people. */
    public String text() {
        return text;
    }

    /** Its key in the program's map. */
    @SuppressWarnings("EnumOrdinal") // the order is the contract with the program
    int index() {
        return ordinal();
    }
}
