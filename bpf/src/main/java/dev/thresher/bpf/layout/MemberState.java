// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

/** What the program may do with a member; the ordinals are {@code enum member_state}. */
public enum MemberState {
    FREE,
    UP,
    /** Keeps its flows, gets no new ones. */
    DRAIN,
    /** Its flows are picked again. */
    DOWN
}
