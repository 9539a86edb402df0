// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Makes Ctrl-C and SIGTERM leave nothing behind: the thread that works on a lab is interrupted, gets the time to
 * clean up, and then whatever is left of the lab is removed.
 */
public final class CleanExit implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 20;

    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook;

    private CleanExit(String lab, Thread worker) {
        this.hook = new Thread(() -> removeLab(lab, worker), "clean-exit");
    }

    /** Guards the work that the calling thread does on a lab, until it is closed. */
    public static CleanExit removing(String lab) {
        Privileges.require(); // also loads native code, which an interrupt would spoil
        CleanExit exit = new CleanExit(lab, Thread.currentThread());
        Runtime.getRuntime().addShutdownHook(exit.hook);
        return exit;
    }

    private void removeLab(String lab, Thread worker) {
        worker.interrupt();
        try {
            if (!finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return; // it holds the lab's lock; the next run removes what is left
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Lab.down(lab);
    }

    /** The work is done, or given up: from now on the lab stays. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending, and the hook waits for us.
        }
        finished.countDown();
    }
}
