// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.reconcile;

import dev.thresher.bpf.layout.VipRecord;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the reconciler knows to be in the maps for one VIP. Owned by its thread. */
final class AppliedVip {
    final int id;
    final Map<InetAddress, Integer> memberIds = new LinkedHashMap<>();

    /** In the map of VIPs; null while it is not there, or after a write failed. */
    @Nullable
    VipRecord record;

    /** What the table was built from, nothing if there is none; null when that is not known, as after a restart. */
    @Nullable
    List<TableBuilder.Entry> table;

    private AppliedVip(int id, @Nullable VipRecord record, @Nullable List<TableBuilder.Entry> table) {
        this.id = id;
        this.record = record;
        this.table = table;
    }

    static AppliedVip added(int id) {
        return new AppliedVip(id, null, List.of());
    }

    static AppliedVip found(VipRecord record, boolean hasTable) {
        return new AppliedVip(record.id(), record, hasTable ? null : List.of());
    }
}
