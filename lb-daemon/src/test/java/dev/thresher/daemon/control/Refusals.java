// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

/** Refusals for tests of those who meet them. */
public final class Refusals {
    private Refusals() {}

    public static ActivationException of(String message) {
        return new ActivationException(new IllegalStateException(message));
    }
}
