// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.probing;

import dev.thresher.bpf.layout.ProbeMark;
import java.util.BitSet;

/** Hands out marks; one that was given back is not used again before all others had their turn. */
final class Marks {
    private final int count;
    private final BitSet used = new BitSet();
    private int next;

    Marks(int count) {
        this.count = count;
    }

    /** @throws IllegalStateException if there are not so many in all */
    void requireRoomFor(int wanted) {
        if (wanted > count) {
            throw new IllegalStateException("no more than " + count + " targets can be probed through the tunnel: give"
                    + " some pools a health check with via = direct");
        }
    }

    /** One that nobody has. There has to be one: see {@link #requireRoomFor}. */
    int take() {
        int number = used.nextClearBit(next);
        if (number >= count) {
            number = used.nextClearBit(0);
        }
        used.set(number);
        next = (number + 1) % count;
        return ProbeMark.of(number);
    }

    void giveBack(int mark) {
        used.clear(ProbeMark.number(mark));
    }
}
