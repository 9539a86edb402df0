// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import org.jspecify.annotations.Nullable;

/** Something that the lab wanted and the machine refused; the message says what, why, and what to do. */
public final class LabException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Fails for the reason that the message gives. */
    public LabException(String message) {
        super(message);
    }

    /** Fails because of another failure. */
    public LabException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
