// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

/** {@code enum xdp_action}. */
final class Verdicts {
    static final int PASS = 2;
    static final int TX = 3;
    static final int REDIRECT = 4;

    private static final String[] NAMES = {"XDP_ABORTED", "XDP_DROP", "XDP_PASS", "XDP_TX", "XDP_REDIRECT"};

    private Verdicts() {}

    static String name(int verdict) {
        return verdict >= 0 && verdict < NAMES.length ? NAMES[verdict] : "verdict " + verdict;
    }
}
