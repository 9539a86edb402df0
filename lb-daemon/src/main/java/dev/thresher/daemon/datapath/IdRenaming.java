// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** New ids for old ones, where a map becomes too small for some: those that fit stay, the others take what is free then. */
final class IdRenaming {
    private final Map<Integer, Integer> ids = new HashMap<>();
    private final boolean renames;

    /** Ids from {@code first} to below {@code end}; when there are not enough, some get none. */
    IdRenaming(Collection<Integer> old, int first, int end) {
        BitSet used = new BitSet();
        List<Integer> tooLarge = new ArrayList<>();
        for (int id : old) {
            if (id < end) {
                ids.put(id, id);
                used.set(id);
            } else {
                tooLarge.add(id);
            }
        }
        renames = !tooLarge.isEmpty();
        int free = used.nextClearBit(first);
        for (int id : tooLarge) {
            if (free >= end) {
                return;
            }
            ids.put(id, free);
            free = used.nextClearBit(free + 1);
        }
    }

    /** Is there one that has not kept its id? */
    boolean renames() {
        return renames;
    }

    /** The new id, or {@code none}. */
    int of(int old, int none) {
        return ids.getOrDefault(old, none);
    }
}
