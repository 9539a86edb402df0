// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.reconcile;

import dev.thresher.daemon.datapath.NoSuchInterfaceException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which index of the map {@code egress} stands for which interface. An index keeps its interface for as long as a member
 * names it. Index 0 is none: packets leave where they came in.
 */
final class EgressIndexes {
    private static final Logger LOG = LoggerFactory.getLogger(EgressIndexes.class);

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

    /**
     * Gives each of these interfaces an index, but 0.
     *
     * @return those that are gone
     */
    Set<Integer> write(Set<Integer> interfaces) {
        // The kernel takes out interfaces that go away, and one may be back with its old number.
        entries.forget();
        Map<Integer, Integer> wanted = new HashMap<>(entries.entries());
        Set<Integer> gone = new HashSet<>();
        int index = 1;
        for (int ifindex : interfaces) {
            if (ifindex == 0 || wanted.containsValue(ifindex)) {
                continue;
            }
            while (wanted.containsKey(index)) {
                index++;
            }
            wanted.put(index, ifindex);
            try {
                entries.write(wanted);
            } catch (NoSuchInterfaceException e) {
                LOG.warn("Packets cannot leave by the interface {}: it is gone", ifindex);
                wanted.remove(index);
                gone.add(ifindex);
            }
        }
        return gone;
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
