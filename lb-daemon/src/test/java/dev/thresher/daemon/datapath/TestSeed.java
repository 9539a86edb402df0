// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import java.util.Random;

/** The seed of a random test, which can be had again. */
final class TestSeed {
    private static final String PROPERTY = "thresher.seed";

    private TestSeed() {}

    /** Says which seed it takes, and takes the one of {@code -Dthresher.seed} if there is one. */
    static long of(Class<?> test) {
        long seed = Long.getLong(PROPERTY, new Random().nextLong());
        System.out.printf("%s: -D%s=%d repeats this run%n", test.getSimpleName(), PROPERTY, seed);
        return seed;
    }
}
