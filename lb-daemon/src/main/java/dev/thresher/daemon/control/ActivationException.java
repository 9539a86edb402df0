// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.daemon.reconcile.CapacityException;

/** A configuration that could not be brought into force. The one before it still is. */
public final class ActivationException extends Exception {
    private static final long serialVersionUID = 1L;

    ActivationException(Throwable cause) {
        super(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
    }

    /** Whether there was no room: no second attempt helps. */
    public boolean isForLackOfRoom() {
        return getCause() instanceof CapacityException;
    }
}
