// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.restarts;

import java.util.List;

/**
 * What the clients have seen since they began.
 *
 * @param requests requests that were answered as they should be, each on a connection of its own
 * @param slowestMillis the longest that one of them took since the last reading
 * @param uploads uploads that arrived whole
 * @param uploadedBytes all that was uploaded, unfinished uploads included
 * @param uploadsUnderway connections over which an upload is being sent
 * @param failures of either, each in a line; the first of many
 * @param failed how many there were
 * @param resets connections that a reset ended, by the clients' kernel
 * @param retransmitted segments that the clients' kernel sent again
 */
record ClientReading(
        long requests,
        long slowestMillis,
        long uploads,
        long uploadedBytes,
        int uploadsUnderway,
        List<String> failures,
        long failed,
        long resets,
        long retransmitted) {
    ClientReading {
        failures = List.copyOf(failures);
    }
}
