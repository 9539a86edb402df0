// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.util.Locale;

/** How packets are wrapped on their way to the reals of a pool. */
public enum Encapsulation {
    /** IP in IP: protocol 4 or 41, any mix of IPv4 and IPv6. */
    IPIP;

    /** As the configuration spells it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
