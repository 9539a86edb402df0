// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.layout.MapNames;
import dev.thresher.daemon.reconcile.TableBuilder;
import dev.thresher.hashing.AddressKey;
import dev.thresher.hashing.MaglevTable;
import dev.thresher.hashing.WeightedMember;
import java.util.List;

/** Tables as in production. */
final class Maglev implements TableBuilder {
    private final MaglevTable table = new MaglevTable(MapNames.TABLE_SLOTS);

    @Override
    public int[] build(List<Entry> entries) {
        List<WeightedMember> members = entries.stream()
                .map(entry -> new WeightedMember(entry.id(), AddressKey.of(entry.real()), entry.weight()))
                .toList();
        return table.build(members, RunningProgram.SEED).orElseThrow();
    }
}
