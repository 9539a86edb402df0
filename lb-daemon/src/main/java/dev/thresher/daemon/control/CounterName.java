// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.daemon.state.Counter;
import java.util.Locale;

/** How a counter of the program is published: {@code DROP_NO_REAL} is the drop reason {@code no_real}. */
record CounterName(String name, Counter.Kind kind) {
    private static final String DROP = "DROP_";

    static CounterName of(dev.thresher.bpf.layout.Counter counter) {
        String name = counter.name();
        if (name.startsWith(DROP)) {
            return new CounterName(lower(name.substring(DROP.length())), Counter.Kind.DROP_REASON);
        }
        boolean event = name.startsWith("FLOW_") || name.startsWith("ROUTE_") || name.startsWith("ICMP_");
        return new CounterName(lower(name), event ? Counter.Kind.EVENT : Counter.Kind.VERDICT);
    }

    static Counter verdict(String name, long packets) {
        return new Counter(name, Counter.Kind.VERDICT, packets);
    }

    boolean isVerdict() {
        return kind == Counter.Kind.VERDICT;
    }

    Counter value(long packets) {
        return new Counter(name, kind, packets);
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
