// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import dev.thresher.config.VipKey;
import dev.thresher.daemon.health.HealthChange;
import dev.thresher.daemon.health.HealthFeed;
import dev.thresher.daemon.health.HealthReport;
import dev.thresher.daemon.health.HealthReport.MemberHealth;
import dev.thresher.daemon.health.HealthReport.VipHealth;
import dev.thresher.daemon.health.HealthSource;
import dev.thresher.daemon.state.DaemonState;
import dev.thresher.daemon.state.HealthState;
import dev.thresher.daemon.state.MemberState;
import dev.thresher.daemon.state.VipState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The health of {@link FakeSource}: the member that is down has a past. */
final class FakeHealth implements HealthSource {
    private final HealthFeed feed = new HealthFeed();

    @Override
    public HealthReport report(@Nullable VipKey vip, boolean history) {
        DaemonState state = FakeSource.busy().snapshot();
        return new HealthReport(
                state.observedAt(),
                state.vips().stream()
                        .filter(each -> vip == null || vip.equals(each.key()))
                        .map(each -> health(state, each, history))
                        .toList());
    }

    private static VipHealth health(DaemonState state, VipState vip, boolean history) {
        return new VipHealth(
                vip.key(),
                vip.pool(),
                vip.mode(),
                vip.servingPool(),
                vip.members().stream()
                        .map(member -> health(state, member, history))
                        .toList());
    }

    private static MemberHealth health(DaemonState state, MemberState member, boolean history) {
        boolean down = member.health() == HealthState.DOWN;
        HealthChange fall = new HealthChange(
                state.observedAt().minusSeconds(42),
                HealthState.UP,
                HealthState.DOWN,
                "connection refused, 3 of 3 failed");
        return new MemberHealth(
                member,
                down ? "tcp://203.0.113.10:80 by 10.0.0.3" : "",
                "",
                member.health() == HealthState.UP ? "the certificate ends in 3 days" : null,
                down,
                0,
                down ? 3 : 0,
                down && history ? List.of(fall) : List.of());
    }

    boolean isWatched() {
        return feed.listeners() > 0;
    }

    @Override
    public HealthFeed feed() {
        return feed;
    }
}
