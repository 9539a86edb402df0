// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.reconcile;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which index of the map {@code egress} stands for which interface. An index keeps its interface for as long as a member
 * names it. Index 0 is none: packets leave where they came in.
 */
final class EgressIndexes {
    /** Indexes are below this: the size of the map. */
    static final int END = 64;

    private final AppliedEntries<Integer, Integer> entries;

    EgressIndexes(AppliedEntries<Integer, Integer> entries) {
        this.entries = entries;
    }

    /**
     * Makes sure that these can be written.
     *
     * @throws CapacityException if not
     */
    void requireRoom(Set<Integer> interfaces) {
        Set<Integer> all = new HashSet<>(interfaces);
        all.addAll(entries.entries().values());
        all.remove(0);
        if (all.size() >= END) {
            throw new CapacityException(
                    "packets can leave by " + (END - 1) + " interfaces besides the one that they come" + " in by, and "
                            + all.size() + " are wanted; what is to be removed counts until that is done");
        }
    }

    /** Gives each of these interfaces an index, but 0. */
    void write(Set<Integer> interfaces) {
        Map<Integer, Integer> wanted = new HashMap<>(entries.entries());
        int index = 1;
        for (int ifindex : interfaces) {
            if (ifindex == 0 || wanted.containsValue(ifindex)) {
                continue;
            }
            while (wanted.containsKey(index)) {
                index++;
            }
            wanted.put(index, ifindex);
        }
        entries.write(wanted);
    }

    /** Forgets all interfaces but these. */
    void prune(Set<Integer> interfaces) {
        entries.removeIf((index, ifindex) -> !interfaces.contains(ifindex));
    }

    /** The index of an interface that was written; 0 for 0. */
    int of(int ifindex) {
        if (ifindex == 0) {
            return 0;
        }
        for (Map.Entry<Integer, Integer> entry : entries.entries().entrySet()) {
            if (entry.getValue() == ifindex) {
                return entry.getKey();
            }
        }
        throw new IllegalStateException("interface " + ifindex + " has no index");
    }

    /** The interface at an index, 0 for 0; null when it is gone. */
    @Nullable
    Integer interfaceAt(int index) {
        return index == 0 ? Integer.valueOf(0) : entries.entries().get(index);
    }
}
