// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.util.Locale;

/** A transport protocol that a VIP can serve. */
public enum Protocol {
    TCP(6),
    UDP(17);

    private final int number;

    Protocol(int number) {
        this.number = number;
    }

    /** The protocol number in the IP header. */
    public int number() {
        return number;
    }

    /** {@code tcp} or {@code udp}, as the configuration spells it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
