// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import io.grpc.Context;

/**
 * Who makes a call. Known while the call's first lines run; what goes on elsewhere has to take it along.
 *
 * @param name for people: {@code root (uid 0)}
 * @param role what they may do
 */
public record Caller(String name, Role role) {
    private static final Context.Key<Caller> KEY = Context.key("caller");

    /**
     * The caller of the call that this thread serves.
     *
     * @throws IllegalStateException if it serves none
     */
    public static Caller current() {
        Caller caller = KEY.get();
        if (caller == null) {
            throw new IllegalStateException("this thread serves no call");
        }
        return caller;
    }

    /** A context with this caller. */
    public Context in(Context context) {
        return context.withValue(KEY, this);
    }
}
