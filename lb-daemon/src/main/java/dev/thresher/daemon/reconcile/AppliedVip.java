// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.reconcile;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the reconciler knows to be in the maps for one VIP. Owned by its thread. */
final class AppliedVip {
    final int id;
    final Map<InetAddress, Integer> memberIds = new LinkedHashMap<>();

    /** What the table was built from, nothing if there is none; null when that is not known, as after a restart. */
    @Nullable
    List<TableBuilder.Entry> table;

    private AppliedVip(int id, @Nullable List<TableBuilder.Entry> table) {
        this.id = id;
        this.table = table;
    }

    static AppliedVip added(int id) {
        return new AppliedVip(id, List.of());
    }

    static AppliedVip found(int id, boolean hasTable) {
        return new AppliedVip(id, hasTable ? null : List.of());
    }
}
