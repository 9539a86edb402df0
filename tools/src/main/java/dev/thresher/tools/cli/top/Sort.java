// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.top;

import dev.thresher.tools.cli.top.Rates.MemberRate;
import dev.thresher.tools.cli.top.Rates.VipRate;
import java.util.Comparator;
import java.util.List;

/** What comes first. */
enum Sort {
    PACKETS,
    BITS,
    FLOWS,
    DROPS,
    /** In the order of the configuration. */
    NONE;

    private static final List<Sort> ALL = List.of(values());

    Comparator<VipRate> vips() {
        return Comparator.comparingDouble(vip -> -figure(vip.rate()));
    }

    Comparator<MemberRate> members() {
        return Comparator.comparingDouble(member -> -figure(member.rate()));
    }

    /** The next one to the right, or to the left. */
    Sort next(int steps) {
        return ALL.get(Math.floorMod(ALL.indexOf(this) + steps, ALL.size()));
    }

    private double figure(Rate rate) {
        return switch (this) {
            case PACKETS -> rate.packets();
            case BITS -> rate.bits();
            case FLOWS -> rate.newFlows();
            case DROPS -> rate.drops();
            case NONE -> 0;
        };
    }
}
