// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jnr.constants.platform.Errno;
import org.junit.jupiter.api.function.Executable;

/** How a call was refused: what its message says matters as much as that it fails. */
record Refusal(int errno, String message) {
    static Refusal of(Executable call) {
        BpfException refused = assertThrows(BpfException.class, call);
        return new Refusal(refused.errno(), String.valueOf(refused.getMessage()));
    }

    Refusal is(Errno name) {
        assertTrue(errno == name.intValue(), message);
        return this;
    }

    void says(String... parts) {
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "\"" + part + "\" is missing in: " + message);
        }
    }
}
