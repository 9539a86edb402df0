// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

/** A change that cannot be written into the files without touching what it does not mean. The message says what to write where. */
public final class CommitException extends Exception {
    private static final long serialVersionUID = 1L;

    CommitException(String message) {
        super(message);
    }
}
