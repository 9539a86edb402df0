// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import java.util.Locale;

/** What a caller may do; each role includes those before it. */
public enum Role {
    /** Nothing: somebody who could prove who they are, whom no role was given. */
    NONE,
    /** See everything. */
    READ,
    /** See to the running of what is there: weights, drain, maintenance, real servers of a pool. */
    OPERATE,
    /** Change everything. */
    ADMIN;

    boolean includes(Role other) {
        return compareTo(other) >= 0;
    }

    /** As the configuration spells it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
