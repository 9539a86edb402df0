// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import org.jspecify.annotations.Nullable;

/**
 * What came of one request.
 *
 * @param port the client's port, which with the fixed addresses makes the flow
 * @param real the name in the body; null if there was no answer
 */
record Answer(int port, @Nullable String real) {
    boolean ok() {
        return real != null;
    }
}
