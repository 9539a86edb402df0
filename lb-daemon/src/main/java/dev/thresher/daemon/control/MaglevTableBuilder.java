// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.bpf.layout.MapNames;
import dev.thresher.daemon.reconcile.TableBuilder;
import dev.thresher.hashing.AddressKey;
import dev.thresher.hashing.MaglevTable;
import dev.thresher.hashing.WeightedMember;
import java.util.List;

/** Tables of the size that the program knows, keyed by the reals' addresses: the same on every load balancer. */
final class MaglevTableBuilder implements TableBuilder {
    private final MaglevTable table = new MaglevTable(MapNames.TABLE_SLOTS);
    private final int seed;

    MaglevTableBuilder(int seed) {
        this.seed = seed;
    }

    @Override
    public int[] build(List<Entry> entries) {
        List<WeightedMember> members = entries.stream()
                .map(entry -> new WeightedMember(entry.id(), AddressKey.of(entry.real()), entry.weight()))
                .toList();
        return table.build(members, seed)
                .orElseThrow(() -> new IllegalArgumentException("no member has a weight above 0"));
    }
}
