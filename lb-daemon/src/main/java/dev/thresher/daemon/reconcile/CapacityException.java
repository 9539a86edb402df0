// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.reconcile;

/** More is wanted than the maps have room for. Nothing was changed. */
public final class CapacityException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CapacityException(String message) {
        super(message);
    }
}
