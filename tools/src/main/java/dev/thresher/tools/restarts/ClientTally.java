// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.restarts;

import java.util.ArrayList;
import java.util.List;

/** Counts what the clients see. For many threads. */
final class ClientTally {
    private static final int FAILURES_KEPT = 20;

    private final TcpCounters start;

    // Guarded by this.
    private final List<String> failures = new ArrayList<>();
    private long requests;
    private long slowestMillis;
    private long uploads;
    private long uploadedBytes;
    private int underway;
    private long failed;

    ClientTally(TcpCounters start) {
        this.start = start;
    }

    synchronized void answered(long millis) {
        requests++;
        slowestMillis = Math.max(slowestMillis, millis);
    }

    synchronized void uploadBegun() {
        underway++;
    }

    synchronized void uploadEnded() {
        underway--;
    }

    synchronized void sent(long bytes) {
        uploadedBytes += bytes;
    }

    synchronized void arrived() {
        uploads++;
    }

    synchronized void failed(String what, String reason) {
        failed++;
        if (failures.size() < FAILURES_KEPT) {
            failures.add(what + ": " + reason);
        }
    }

    synchronized ClientReading reading(TcpCounters now) {
        TcpCounters tcp = now.since(start);
        long slowest = slowestMillis;
        slowestMillis = 0;
        return new ClientReading(
                requests,
                slowest,
                uploads,
                uploadedBytes,
                underway,
                failures,
                failed,
                tcp.resets(),
                tcp.retransmitted());
    }
}
