// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FiguresTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1.0 KiB",
        "1048575, 1.0 MiB",
        "1048576, 1.0 MiB",
        "1073741823, 1.0 GiB",
        "9223372036854775807, 8.0 EiB"
    })
    void bytes(long number, String text) {
        assertEquals(text, Figures.bytes(number));
    }

    @ParameterizedTest
    @CsvSource({
        "PT-5S, 0.0s",
        "PT0.44S, 0.4s",
        "PT9.94S, 9.9s",
        "PT9.99S, 9.9s",
        "PT10S, 10s",
        "PT59.9S, 59s",
        "PT1M, 1m 0s",
        "PT59M59S, 59m 59s",
        "PT3H12M, 3h 12m",
        "P40DT2H, 40d 2h"
    })
    void age(Duration age, String text) {
        assertEquals(text, Figures.age(age));
    }

    @ParameterizedTest
    @CsvSource(
            value = {"0;0", "999;999", "1000;1,000", "1234567;1,234,567"},
            delimiter = ';')
    void count(long number, String text) {
        assertEquals(text, Figures.count(number));
    }
}
