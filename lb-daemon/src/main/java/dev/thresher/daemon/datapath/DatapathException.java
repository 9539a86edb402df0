// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfException;
import jnr.constants.platform.Errno;

/** The data plane cannot be brought up; the message tells the operator what to do. */
public final class DatapathException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What the kernel says, after who is to blame. */
    static DatapathException of(BpfException cause) {
        String blame = cause.is(Errno.EPERM) ? "the daemon needs privileges: " : "the kernel refused: ";
        return new DatapathException(blame + cause.getMessage(), cause);
    }

    DatapathException(String message) {
        super(message);
    }

    DatapathException(String message, Throwable cause) {
        super(message, cause);
    }
}
