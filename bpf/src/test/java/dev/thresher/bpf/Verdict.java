// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

/** {@code enum xdp_action}, in its order. */
public enum Verdict {
    ABORTED,
    DROP,
    PASS,
    TX,
    REDIRECT;

    public static Verdict of(BpfProgram.Output output) {
        return values()[output.verdict()];
    }
}
