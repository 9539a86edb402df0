// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.util.Locale;

/** How the program is attached to the interface. */
public enum XdpMode {
    /** In the driver if it can, else generic; the fallback is logged. */
    AUTO,
    /** In the driver, or not at all. */
    DRIVER,
    /** In the kernel's generic path: works with every driver, and is several times slower. */
    GENERIC;

    /** As the configuration spells it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
