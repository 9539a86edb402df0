// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

/** A benchmark cannot run, or would measure something else than it says; the message is for the user. */
final class BenchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BenchException(String message) {
        super(message);
    }

    BenchException(String message, Throwable cause) {
        super(message, cause);
    }
}
