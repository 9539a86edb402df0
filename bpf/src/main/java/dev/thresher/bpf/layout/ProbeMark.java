// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

/** The mark (SO_MARK) of a probe's socket: the upper bits tell that it is one, the lower ones which. */
public final class ProbeMark {
    /** How many there can be at once. */
    public static final int COUNT = 1 << 20;

    static final int BASE = 0x54500000;

    private ProbeMark() {}

    /** The mark with this number, 0 to {@link #COUNT} - 1. */
    public static int of(int number) {
        if (number < 0 || number >= COUNT) {
            throw new IllegalArgumentException("no mark has the number " + number);
        }
        return BASE | number;
    }

    /** The number of a mark that {@link #of} made. */
    public static int number(int mark) {
        return mark & (COUNT - 1);
    }
}
