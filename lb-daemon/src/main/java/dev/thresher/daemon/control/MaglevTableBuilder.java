// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.bpf.layout.MapNames;
import dev.thresher.daemon.reconcile.TableBuilder;
import dev.thresher.hashing.AddressKey;
import dev.thresher.hashing.MaglevTable;
import dev.thresher.hashing.WeightedMember;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tables of the size that the program knows, keyed by the reals' addresses: the same on every load balancer. VIPs that
 * share a pool differ in the ids alone, so the work is done once for all of them. Thread-safe.
 */
final class MaglevTableBuilder implements TableBuilder {
    /** Tables kept, 256 KiB each, until the collector comes: pools that one VIP uses alone must not fill the heap. */
    private static final int KEPT = 8;

    private final MaglevTable table = new MaglevTable(MapNames.TABLE_SLOTS);
    private final int seed;
    private final Map<List<Share>, WeakReference<int[]>> built = new LastUsed<>();

    /** All that a table depends on. */
    private record Share(InetAddress real, int weight) {}

    private static final class LastUsed<K, V> extends LinkedHashMap<K, V> {
        private static final long serialVersionUID = 1L;

        LastUsed() {
            super(KEPT, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > KEPT;
        }
    }

    MaglevTableBuilder(int seed) {
        this.seed = seed;
    }

    @Override
    public int[] build(List<Entry> entries) {
        List<Share> shares = entries.stream()
                .map(entry -> new Share(entry.real(), entry.weight()))
                .toList();
        int[] ids = entries.stream().mapToInt(Entry::id).toArray();
        int[] slots = cached(shares).clone();
        for (int slot = 0; slot < slots.length; slot++) {
            slots[slot] = ids[slots[slot]];
        }
        return slots;
    }

    /** Two threads may build the same at once, which is better than that one waits while the other builds something else. */
    private int[] cached(List<Share> shares) {
        synchronized (built) {
            WeakReference<int[]> reference = built.get(shares);
            int[] known = reference == null ? null : reference.get();
            if (known != null) {
                return known;
            }
        }
        int[] places = places(shares);
        synchronized (built) {
            built.put(shares, new WeakReference<>(places));
        }
        return places;
    }

    /** By slot, a place in the list. */
    private int[] places(List<Share> shares) {
        List<WeightedMember> members = new ArrayList<>(shares.size());
        for (Share share : shares) {
            members.add(new WeightedMember(members.size(), AddressKey.of(share.real()), share.weight()));
        }
        return table.build(members, seed)
                .orElseThrow(() -> new IllegalArgumentException("no member has a weight above 0"));
    }
}
