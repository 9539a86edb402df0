// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.reconcile;

import dev.thresher.daemon.datapath.EntryMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What the reconciler knows to be in an {@link EntryMap}. Only differences are written. A write that fails leaves it
 * unknown, and the map is read again.
 */
final class AppliedEntries<K, V> {
    private final EntryMap<K, V> map;
    private @Nullable Map<K, V> known;

    AppliedEntries(EntryMap<K, V> map) {
        this.map = map;
    }

    /**
     * Makes sure that these can be written beside what is there into a map of that capacity.
     *
     * @throws CapacityException if not
     */
    void requireRoom(Set<K> wanted, Room room, int capacity) {
        Set<K> all = new HashSet<>(wanted);
        all.addAll(entries().keySet());
        if (all.size() > capacity) {
            throw CapacityException.of(capacity, room, wanted.size(), all.size());
        }
    }

    int capacity() {
        return map.capacity();
    }

    /** Reads the map anew when it is needed next: somebody else may have changed it. */
    void forget() {
        known = null;
    }

    /** Adds what is not there, and changes what says something else. */
    void write(Map<K, V> wanted) {
        Map<K, V> entries = entries();
        known = null;
        wanted.forEach((key, value) -> {
            if (!value.equals(entries.get(key))) {
                map.put(key, value);
                entries.put(key, value);
            }
        });
        known = entries;
    }

    /** Removes what is not wanted. */
    void prune(Map<K, V> wanted) {
        removeIf((key, value) -> !wanted.containsKey(key));
    }

    void removeIf(BiPredicate<K, V> unwanted) {
        Map<K, V> entries = entries();
        known = null;
        entries.entrySet().removeIf(entry -> {
            boolean goes = unwanted.test(entry.getKey(), entry.getValue());
            if (goes) {
                map.remove(entry.getKey());
            }
            return goes;
        });
        known = entries;
    }

    Map<K, V> entries() {
        return known == null ? map.read() : known;
    }
}
