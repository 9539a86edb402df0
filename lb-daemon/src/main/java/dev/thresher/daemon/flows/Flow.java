// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.flows;

import dev.thresher.config.Member;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A flow as the connection table has it.
 *
 * @param client null unless the flow was looked up by its client: the table holds a hash, not the address
 * @param age time since its last packet, in steps of about a second
 * @param place where its entry is, counted from 0 through the whole table
 */
public record Flow(Member member, @Nullable Client client, FlowState state, Duration age, int place) {
    private static final int BUCKET = 8;

    /** The cache line of its entry. */
    public int bucket() {
        return place / BUCKET;
    }

    /** The entry's place in that line. */
    public int placeInBucket() {
        return place % BUCKET;
    }
}
