// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.restarts;

import java.util.List;

/**
 * What came of the proof.
 *
 * @param requests that were answered as they should be
 * @param uploads that arrived whole
 * @param uploadedBytes their bytes
 * @param leastUnderway so many uploads were being sent, at the least, when a step began
 * @param failed requests and uploads that failed
 * @param resets connections that a reset ended, as the clients' kernel counts them
 * @param retransmitted segments that the clients' kernel sent again
 * @param slowestMillis the longest that a request took
 * @param backwards counters that went back
 * @param slowestStartMillis the longest from the start of a daemon until its API answered
 * @param problems all of what failed, with the step in which it did, each in a line
 */
public record ProofResult(
        long requests,
        long uploads,
        long uploadedBytes,
        int leastUnderway,
        long failed,
        long resets,
        long retransmitted,
        long slowestMillis,
        long backwards,
        long slowestStartMillis,
        List<String> problems) {
    /** Keeps a copy. */
    public ProofResult {
        problems = List.copyOf(problems);
    }

    /** Nothing failed, and something was there that could have. */
    public boolean ok() {
        return failed == 0 && resets == 0 && backwards == 0 && requests > 0 && uploads > 0 && leastUnderway > 0;
    }
}
