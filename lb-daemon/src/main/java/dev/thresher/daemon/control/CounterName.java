// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.daemon.state.Counter;
import java.util.Locale;

/**
 * How a counter of the program is published: {@code DROP_NO_REAL} is the drop reason {@code no_real}.
 *
 * @param meaning what it counts, for people
 */
record CounterName(String name, Counter.Kind kind, String meaning) {
    private static final String DROP = "DROP_";

    static CounterName of(dev.thresher.bpf.layout.Counter counter) {
        String name = lower(counter.name());
        return switch (counter) {
            case PASS -> new CounterName(name, Counter.Kind.VERDICT, counter.text());
            case ABORTED -> new CounterName(name, Counter.Kind.DROP_REASON, counter.text());
            default ->
                dev.thresher.bpf.layout.Counter.dropReasons().contains(counter)
                        ? new CounterName(
                                lower(counter.name().substring(DROP.length())),
                                Counter.Kind.DROP_REASON,
                                counter.text())
                        : new CounterName(name, Counter.Kind.EVENT, counter.text());
        };
    }

    Counter value(long packets) {
        return new Counter(name, kind, packets, meaning);
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
