// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

/** An edit that cannot be made of the configuration that there is. The message says why. */
public final class RefusedEditException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    RefusedEditException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** What kind of obstacle it is. */
    public Reason reason() {
        return reason;
    }

    /** Kinds of obstacles. */
    public enum Reason {
        /** What it changes or needs is not there. */
        MISSING,
        /** What it adds is there already. */
        PRESENT,
        /** What it removes is still needed. */
        NEEDED
    }
}
