// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

/** An interface that packets were to leave by is gone. */
public final class NoSuchInterfaceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoSuchInterfaceException(int ifindex, Throwable cause) {
        super("there is no interface " + ifindex, cause);
    }
}
