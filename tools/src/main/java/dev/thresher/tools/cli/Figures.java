// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** Numbers as people read them. */
final class Figures {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private Figures() {}

    /** {@code 1,234,567}. */
    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** {@code 999 B}, {@code 1.4 GiB}. */
    static String bytes(long number) {
        double scaled = number;
        int unit = 0;
        // What would be rounded to 1024.0 belongs to the next unit.
        while (scaled >= (unit == 0 ? 1024 : 1023.95) && unit < UNITS.length - 1) {
            scaled /= 1024;
            unit++;
        }
        return unit == 0 ? number + " B" : String.format(Locale.ROOT, "%.1f %s", scaled, UNITS[unit]);
    }

    /** Two units at most: {@code 0.4s}, {@code 42s}, {@code 3h 12m}, {@code 40d 2h}. */
    static String age(Duration age) {
        long seconds = Math.max(0, age.toSeconds());
        if (seconds < 10) {
            return seconds + "." + Math.max(0, age.toMillis()) / 100 % 10 + "s";
        }
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3_600) {
            return seconds / 60 + "m " + seconds % 60 + "s";
        }
        if (seconds < 86_400) {
            return seconds / 3_600 + "h " + seconds / 60 % 60 + "m";
        }
        return seconds / 86_400 + "d " + seconds / 3_600 % 24 + "h";
    }

    static String between(Timestamp from, Timestamp to) {
        return age(Duration.between(instant(from), instant(to)));
    }

    static String age(com.google.protobuf.Duration age) {
        return age(Duration.ofSeconds(age.getSeconds(), age.getNanos()));
    }

    private static Instant instant(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }
}
