// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.state;

import dev.thresher.config.Encapsulation;
import dev.thresher.config.ServerId;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One real server in one VIP.
 *
 * @param real its address
 * @param pool where it comes from: the VIP's pool, or a fallback
 * @param encapsulation how packets are wrapped for it
 * @param serverIds what it writes into QUIC connection IDs
 * @param weight what the configuration asks for
 * @param effectiveWeight what it has now: less while it starts slowly, 0 when it gets no new flows
 * @param health what the checks say
 * @param since when that last changed
 * @param reason why it is so, for people; may be empty
 * @param lastProbeAge age of the newest probe's result, or null if there has been none
 * @param traffic what it was sent
 */
public record MemberState(
        InetAddress real,
        String pool,
        Encapsulation encapsulation,
        List<ServerId> serverIds,
        int weight,
        int effectiveWeight,
        HealthState health,
        Instant since,
        String reason,
        @Nullable Duration lastProbeAge,
        Traffic traffic) {
    public MemberState {
        serverIds = List.copyOf(serverIds);
    }
}
