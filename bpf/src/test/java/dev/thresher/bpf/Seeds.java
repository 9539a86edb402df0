// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import java.util.Random;

/** Random numbers of a test that can be had again. */
public final class Seeds {
    private static final String PROPERTY = "thresher.seed";

    private Seeds() {}

    /** Says which seed it takes, and takes the one of {@code -Dthresher.seed} if there is one. */
    public static Random random(Class<?> test) {
        long seed = Long.getLong(PROPERTY, new Random().nextLong());
        System.out.printf("%s: -D%s=%d repeats this run%n", test.getSimpleName(), PROPERTY, seed);
        return new Random(seed);
    }
}
