// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How requests spread over the real servers, against how the weights say that they should. */
final class Shares {
    /** A fair spread leaves these bounds once in 16,000 times. */
    private static final double SIGMAS = 4;
    /** What the Maglev table itself may be off. */
    private static final double TABLE_TOLERANCE = 0.01;

    private final List<Answer> answers;
    private final List<Integer> weights;

    Shares(List<Answer> answers, List<Integer> weights) {
        this.answers = answers;
        this.weights = weights;
    }

    Check check(String name) {
        List<String> measured = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        boolean ok = answers.stream().allMatch(Answer::ok);
        double widest = 0;
        for (int number = 1; number <= weights.size(); number++) {
            double share = of("real" + number);
            double due = due(number);
            double tolerance = tolerance(due);
            widest = Math.max(widest, tolerance);
            ok &= Math.abs(share - due) <= tolerance;
            measured.add(percent(share));
            expected.add(String.format(Locale.ROOT, "%.0f", 100 * due));
        }
        long failed = answers.stream().filter(answer -> !answer.ok()).count();
        return new Check(
                name,
                ok,
                String.join(" / ", measured) + " %, " + failed + " of " + answers.size() + " failed",
                String.join(" / ", expected) + " % ± " + percent(widest) + ", 0 failed");
    }

    double of(String real) {
        return (double) answers.stream()
                        .filter(answer -> real.equals(answer.real()))
                        .count()
                / answers.size();
    }

    private double due(int number) {
        return (double) weights.get(number - 1)
                / weights.stream().mapToInt(Integer::intValue).sum();
    }

    private double tolerance(double share) {
        return SIGMAS * Math.sqrt(share * (1 - share) / answers.size()) + share * TABLE_TOLERANCE;
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f", 100 * share);
    }
}
