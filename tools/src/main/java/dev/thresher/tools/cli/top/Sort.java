// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.top;

import dev.thresher.tools.cli.top.Rates.MemberRate;
import dev.thresher.tools.cli.top.Rates.VipRate;
import java.util.Comparator;
import java.util.function.ToDoubleFunction;

/** What comes first. */
enum Sort {
    PACKETS(Rate::packets),
    BITS(Rate::bits),
    FLOWS(Rate::newFlows),
    DROPS(Rate::drops),
    /** In the order of the configuration. */
    NONE(rate -> 0);

    private final ToDoubleFunction<Rate> figure;

    Sort(ToDoubleFunction<Rate> figure) {
        this.figure = figure;
    }

    Comparator<VipRate> vips() {
        return Comparator.comparingDouble(vip -> -figure.applyAsDouble(vip.rate()));
    }

    Comparator<MemberRate> members() {
        return Comparator.comparingDouble(member -> -figure.applyAsDouble(member.rate()));
    }

    /** The next one to the right, or to the left. */
    Sort next(int steps) {
        return values()[Math.floorMod(ordinal() + steps, values().length)];
    }
}
