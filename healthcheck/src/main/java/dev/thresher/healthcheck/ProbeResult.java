// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import org.jspecify.annotations.Nullable;

/**
 * What one probe found.
 *
 * @param text what happened, for people: "HTTP 503, expected 200-299"
 * @param warning what will become a failure if nobody acts, such as "the certificate ends in 3 days"; null for nothing
 */
public record ProbeResult(
        Outcome outcome, String text, @Nullable String warning) {
    /** What a probe says about its target. */
    public enum Outcome {
        PASSED,
        FAILED,
        /** Nothing: this host could not ask, for want of a file descriptor, say. Never counts against the target. */
        INCONCLUSIVE
    }

    public static ProbeResult passed(String text) {
        return new ProbeResult(Outcome.PASSED, text, null);
    }

    public static ProbeResult failed(String text) {
        return new ProbeResult(Outcome.FAILED, text, null);
    }

    public static ProbeResult inconclusive(String text) {
        return new ProbeResult(Outcome.INCONCLUSIVE, text, null);
    }

    ProbeResult withText(String other) {
        return new ProbeResult(outcome, other, warning);
    }

    ProbeResult withWarning(@Nullable String other) {
        return new ProbeResult(outcome, text, other);
    }
}
