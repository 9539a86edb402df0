// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.health;

import dev.thresher.config.VipKey;
import dev.thresher.daemon.plan.VipPlan.Mode;
import dev.thresher.daemon.state.MemberState;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known about the health of all members, or of one VIP's.
 *
 * @param vips in the order of the configuration
 */
public record HealthReport(Instant observedAt, List<VipHealth> vips) {
    public HealthReport {
        vips = List.copyOf(vips);
    }

    /**
     * One VIP.
     *
     * @param pool its own
     * @param mode how it is served
     * @param servingPool by which pool
     * @param members of all its pools
     */
    public record VipHealth(VipKey vip, String pool, Mode mode, String servingPool, List<MemberHealth> members) {
        public VipHealth {
            members = List.copyOf(members);
        }
    }

    /**
     * One member.
     *
     * @param member verdict, weight, age of the newest probe
     * @param probe what is asked and how; empty if nothing is
     * @param lastResult what the newest probe found; empty before the first
     * @param warning what will become a failure if nobody acts; null for nothing
     * @param stale whether the newest probe is older than it should be
     * @param successes in a row, up to the newest probe
     * @param failures in a row, up to the newest probe
     * @param history the latest changes, oldest first; empty if not asked for
     */
    public record MemberHealth(
            MemberState member,
            String probe,
            String lastResult,
            @Nullable String warning,
            boolean stale,
            int successes,
            int failures,
            List<HealthChange> history) {
        public MemberHealth {
            history = List.copyOf(history);
        }
    }
}
