// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import java.util.Collection;

/**
 * A median and how far the middle half of the values lies around it.
 *
 * @param spread the distance between the quartiles
 */
record Sample(double median, double spread) {
    static Sample of(Collection<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return new Sample(at(sorted, 0.5), at(sorted, 0.75) - at(sorted, 0.25));
    }

    /** The quantile, between the two values that it falls between. */
    private static double at(double[] sorted, double quantile) {
        double position = quantile * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }
}
