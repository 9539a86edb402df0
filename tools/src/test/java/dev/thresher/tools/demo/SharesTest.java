// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SharesTest {
    private static final List<Integer> WEIGHTS = List.of(1, 1, 2);

    @Test
    void aSpreadByWeight_holds() {
        Check check = new Shares(answers(1000, 1010, 1990), WEIGHTS).check("spread");
        assertTrue(check.ok(), check.value());
        assertEquals("25.0 / 25.3 / 49.8 %, 0 of 4000 failed", check.value());
        assertEquals("25 / 25 / 50 % ± 3.7, 0 failed", check.expected());
    }

    @Test
    void anEvenSpread_failsWhereWeightsDiffer() {
        assertFalse(
                new Shares(answers(1333, 1333, 1334), WEIGHTS).check("spread").ok());
    }

    @Test
    void oneFailedRequest_failsTheCheck() {
        List<Answer> answers = answers(1000, 1000, 1999);
        answers.add(new Answer(9, null));
        Check check = new Shares(answers, WEIGHTS).check("spread");
        assertFalse(check.ok());
        assertTrue(check.value().endsWith(", 1 of 4000 failed"), check.value());
    }

    @Test
    void answersOfAnUnknownServer_failTheCheck() {
        List<Answer> answers = answers(800, 800, 1600);
        IntStream.range(0, 800).forEach(port -> answers.add(new Answer(port, "stranger")));
        assertFalse(new Shares(answers, WEIGHTS).check("spread").ok());
    }

    private static List<Answer> answers(int... counts) {
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            String real = "real" + (i + 1);
            IntStream.range(0, counts[i]).forEach(port -> answers.add(new Answer(port, real)));
        }
        return answers;
    }
}
