// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.config.Member;
import dev.thresher.config.Order;
import java.util.HashMap;
import java.util.Map;

/**
 * Since when real servers get no new flows because the configuration says so: by an order, or by weight 0, which drains. On
 * the clock of the health checker. A reload that leaves it so does not begin a drain anew.
 *
 * @param members those that it is so for
 */
record Withheld(Map<Member, Since> members) {
    static final Withheld NOTHING = new Withheld(Map.of());

    /** What is wanted, and since when. */
    private record Since(Order order, long nanos) {}

    Withheld {
        members = Map.copyOf(members);
    }

    /** That of another configuration that is in force from now on. */
    Withheld in(Targets targets, long nowNanos) {
        Map<Member, Since> next = new HashMap<>();
        targets.forEach(use -> {
            if (!use.real().takesFlows()) {
                Order order = use.real().order() == Order.SERVE
                        ? Order.DRAIN
                        : use.real().order();
                Since before = members.get(use.member());
                next.put(use.member(), before != null && before.order == order ? before : new Since(order, nowNanos));
            }
        });
        return new Withheld(next);
    }

    /** Of a real server that it is so for. */
    long since(Targets.Use use) {
        Since since = members.get(use.member());
        if (since == null) {
            throw new IllegalStateException(use.member() + " may get new flows");
        }
        return since.nanos;
    }
}
