// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

/** Something under way that can be called off; calling off what has ended does nothing. */
@FunctionalInterface
interface Cancellable {
    void cancel();
}
