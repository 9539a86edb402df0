// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.flows;

import dev.thresher.config.Member;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Members by id, as they were at one moment. */
final class MemberIndex {
    private final @Nullable Member[] byId;

    MemberIndex(Map<Member, Integer> ids) {
        int end = ids.values().stream().mapToInt(Integer::intValue).max().orElse(-1) + 1;
        byId = new @Nullable Member[end];
        ids.forEach((member, id) -> byId[id] = member);
    }

    /** Null for an id that nobody has: its entries are about to be purged. */
    @Nullable
    Member get(int id) {
        return id < byId.length ? byId[id] : null;
    }
}
