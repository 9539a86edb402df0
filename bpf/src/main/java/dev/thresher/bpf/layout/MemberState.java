// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

/** What the program may do with a member; the codes are {@code enum member_state}. */
public enum MemberState {
    FREE(0),
    UP(1),
    /** Keeps its flows, gets no new ones. */
    DRAIN(2),
    /** Its flows are picked again. */
    DOWN(3);

    private final int code;

    MemberState(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    public static MemberState of(int code) {
        for (MemberState state : values()) {
            if (state.code == code) {
                return state;
            }
        }
        throw new IllegalArgumentException("no member state has the code " + code);
    }
}
