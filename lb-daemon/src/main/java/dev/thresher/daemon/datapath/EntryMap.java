// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import java.util.Map;

/**
 * A map of the program whose entries are written one by one. Each write takes effect at once.
 *
 * @param <K> what an entry is found by
 * @param <V> what it says
 */
public interface EntryMap<K, V> {
    /** All that it holds. */
    Map<K, V> read();

    /** So many entries fit. */
    int capacity();

    /** Adds an entry, or swaps what it says in one step. */
    void put(K key, V value);

    /** Removes an entry; nothing if it is not there. */
    void remove(K key);
}
