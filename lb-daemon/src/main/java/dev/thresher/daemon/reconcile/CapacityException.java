// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.reconcile;

/** More is wanted than the maps have room for. Nothing was changed. */
public final class CapacityException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CapacityException(String message) {
        super(message);
    }

    /**
     * Some entries do not fit.
     *
     * @param withOld their number while those that are to be removed are there too
     */
    static CapacityException of(int capacity, Room room, int wanted, int withOld) {
        return new CapacityException("the maps have room for " + capacity + " " + room.what() + ", and " + wanted
                + " are wanted"
                + (withOld > wanted
                        ? ", " + withOld + " with what is to be removed, which counts until that is done"
                        : "")
                + "; " + room.advice(capacity));
    }
}
