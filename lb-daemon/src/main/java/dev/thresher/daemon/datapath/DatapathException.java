// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

/** The data plane cannot be brought up; the message tells the operator what to do. */
public final class DatapathException extends Exception {
    private static final long serialVersionUID = 1L;

    DatapathException(String message) {
        super(message);
    }

    DatapathException(String message, Throwable cause) {
        super(message, cause);
    }
}
