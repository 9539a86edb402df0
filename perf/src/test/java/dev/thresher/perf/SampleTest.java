// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class SampleTest {
    @Test
    void median_of_an_odd_number_is_the_middle_one() {
        assertEquals(3, Sample.of(List.of(100.0, 1.0, 3.0)).median());
    }

    @Test
    void median_of_an_even_number_lies_between_the_middle_two() {
        assertEquals(2.5, Sample.of(List.of(4.0, 1.0, 2.0, 3.0)).median());
    }

    @Test
    void spread_leaves_out_the_outer_half() {
        assertEquals(2, Sample.of(List.of(1000.0, 3.0, 2.0, 4.0, -1000.0)).spread());
    }
}
