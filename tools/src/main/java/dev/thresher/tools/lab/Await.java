// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for something that can only be polled for, such as another process's socket. */
public final class Await {
    private static final long POLL_NANOS = 20_000_000;

    private Await() {}

    /** Polls until the condition holds; false if it did not within the time limit. */
    public static boolean until(Duration limit, BooleanSupplier condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (Thread.currentThread().isInterrupted()) {
                throw new LabException("interrupted");
            }
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        return true;
    }
}
