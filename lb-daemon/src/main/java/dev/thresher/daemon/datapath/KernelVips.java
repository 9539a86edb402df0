// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfMap;
import dev.thresher.bpf.layout.ForeignAddresses;
import dev.thresher.bpf.layout.VipMatch;
import dev.thresher.bpf.layout.VipRecord;
import dev.thresher.bpf.layout.VipTable;
import dev.thresher.config.VipKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The VIPs in the kernel: one table that is swapped as a whole, the prefixes beside it, and the addresses that have no
 * VIP. Reading is thread-safe; one thread writes.
 */
final class KernelVips {
    private static final byte[] FIRST = new byte[Integer.BYTES];

    private final BpfMap table;
    private final BpfMap prefixes;
    private final BpfMap foreign;

    KernelVips(BpfMap table, BpfMap prefixes, BpfMap foreign) {
        this.table = table;
        this.prefixes = prefixes;
        this.foreign = foreign;
        // Of adopted maps nobody knows in which step the last daemon ended.
        writeForeign(matches().keySet());
    }

    Map<VipKey, VipRecord> read() {
        Map<VipKey, VipRecord> vips = new LinkedHashMap<>();
        matches().forEach((match, record) -> vips.put(VipKeys.key(match), record));
        return vips;
    }

    /**
     * What is new is found before it is in the table, and what is gone for as long as it is: so no packet is told that its
     * address has no VIP while there is one.
     */
    void replace(Map<VipKey, VipRecord> vips) {
        Map<VipMatch, VipRecord> wanted = new LinkedHashMap<>();
        vips.forEach((key, record) -> wanted.put(VipKeys.match(key), record));
        byte[] encoded = VipTable.encode(wanted);
        Set<VipMatch> both = new HashSet<>(matches().keySet());
        both.addAll(wanted.keySet());
        writeForeign(both);
        Map<VipMatch, byte[]> wantedPrefixes = VipTable.prefixes(wanted);
        wantedPrefixes.forEach((prefix, value) -> prefixes.update(VipTable.prefixKey(prefix), value));
        writeTable(encoded);
        removeOtherPrefixes(wantedPrefixes.keySet());
        writeForeign(wanted.keySet());
    }

    private void writeTable(byte[] value) {
        try (BpfMap inner = BpfMap.createAligned("vips", VipTable.BYTES)) {
            inner.update(FIRST, value);
            table.updateInner(List.of(0), List.of(inner));
        }
    }

    private void writeForeign(Set<VipMatch> vips) {
        foreign.update(FIRST, ForeignAddresses.without(vips).encode());
    }

    private Map<VipMatch, VipRecord> matches() {
        Map<VipMatch, VipRecord> vips = new LinkedHashMap<>();
        InnerMaps.read(table, 0).ifPresent(value -> vips.putAll(VipTable.decode(value)));
        prefixes.forEach((key, value) -> {
            VipMatch prefix = VipTable.prefixOf(key);
            if (prefix.protocol() != 0) {
                vips.put(prefix, VipRecord.decode(value));
            }
        });
        return vips;
    }

    private void removeOtherPrefixes(Set<VipMatch> wanted) {
        List<byte[]> unwanted = new ArrayList<>();
        prefixes.forEach((key, value) -> {
            if (!wanted.contains(VipTable.prefixOf(key))) {
                unwanted.add(key);
            }
        });
        unwanted.forEach(prefixes::delete);
    }
}
