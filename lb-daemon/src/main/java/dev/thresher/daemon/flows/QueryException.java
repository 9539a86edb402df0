// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.flows;

/** A question that cannot be answered, for a reason that is the caller's; the message says what to ask instead. */
public final class QueryException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean notFound;

    private QueryException(String message, boolean notFound) {
        super(message);
        this.notFound = notFound;
    }

    static QueryException invalid(String message) {
        return new QueryException(message, false);
    }

    static QueryException notFound(String message) {
        return new QueryException(message, true);
    }

    /** Does the question make sense, but name something that is not there? */
    public boolean isNotFound() {
        return notFound;
    }
}
