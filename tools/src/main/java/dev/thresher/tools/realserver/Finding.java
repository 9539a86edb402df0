// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.realserver;

import java.util.List;

/**
 * One thing that a real server needs, and whether the host has it.
 *
 * @param name short, for scripts
 * @param text what was found, in words
 * @param mend what makes it right; empty when it is
 */
public record Finding(String name, String text, List<Change> mend) {
    /** A list that cannot change. */
    public Finding {
        mend = List.copyOf(mend);
    }

    static Finding good(String name, String text) {
        return new Finding(name, text, List.of());
    }

    static Finding missing(String name, String text, Change... mend) {
        return new Finding(name, text, List.of(mend));
    }

    /** Whether the host has it. */
    public boolean ok() {
        return mend.isEmpty();
    }
}
