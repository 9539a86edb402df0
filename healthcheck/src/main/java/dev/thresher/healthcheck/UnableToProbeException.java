// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import org.jspecify.annotations.Nullable;

/** This host lacks what it takes to probe; that says nothing about the target. */
final class UnableToProbeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnableToProbeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
