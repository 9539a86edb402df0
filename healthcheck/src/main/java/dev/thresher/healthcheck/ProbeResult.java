// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

/**
 * What one probe found.
 *
 * @param text what happened, for people: "HTTP 503, expected 200-299"
 */
public record ProbeResult(Outcome outcome, String text) {
    /** What a probe says about its target. */
    public enum Outcome {
        PASSED,
        FAILED,
        /** Nothing: this host could not ask, for want of a file descriptor, say. Never counts against the target. */
        INCONCLUSIVE
    }

    public static ProbeResult passed(String text) {
        return new ProbeResult(Outcome.PASSED, text);
    }

    public static ProbeResult failed(String text) {
        return new ProbeResult(Outcome.FAILED, text);
    }

    public static ProbeResult inconclusive(String text) {
        return new ProbeResult(Outcome.INCONCLUSIVE, text);
    }
}
