// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.time.Duration;

/** Checks that the records share. Each throws {@link IllegalArgumentException} with a sentence that names the thing. */
final class Require {
    private Require() {}

    static void that(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    static int inRange(String name, int value, int min, int max) {
        that(value >= min && value <= max, name + " must be " + min + " to " + max + ", not " + value);
        return value;
    }

    static void positive(String name, Duration value) {
        that(!value.isNegative() && !value.isZero(), name + " must be more than zero, not " + value);
    }
}
