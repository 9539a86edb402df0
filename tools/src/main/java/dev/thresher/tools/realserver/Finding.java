// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.realserver;

import com.google.common.collect.ImmutableMap;
import dev.thresher.bpf.DecapDrop;
import java.util.List;
import java.util.Map;

/**
 * One thing that a real server needs, and whether the host has it.
 *
 * @param name short, for scripts
 * @param text what was found, in words
 * @param mend what makes it right; empty when it is
 * @param drops packets that it dropped, by reason; empty for what drops none
 */
public record Finding(String name, String text, List<Change> mend, Map<DecapDrop, Long> drops) {
    /** Collections that cannot change. */
    public Finding {
        mend = List.copyOf(mend);
        drops = ImmutableMap.copyOf(drops);
    }

    Finding(String name, String text, List<Change> mend) {
        this(name, text, mend, Map.of());
    }

    Finding with(Map<DecapDrop, Long> newDrops) {
        return new Finding(name, text, mend, newDrops);
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
