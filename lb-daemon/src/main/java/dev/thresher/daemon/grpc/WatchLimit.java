// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import java.util.concurrent.Semaphore;

/** How many callers may watch at a time: each costs work again and again. */
final class WatchLimit {
    /** Of the state, the counters and the health together. */
    static final int MOST = 64;

    private final Semaphore places = new Semaphore(MOST);

    /** Takes a place, or refuses the call. */
    void enter() {
        if (!places.tryAcquire()) {
            throw CallErrors.tooManyWatches();
        }
    }

    /** Gives a place back. */
    void leave() {
        places.release();
    }
}
