// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import dev.thresher.config.VipKey;
import dev.thresher.daemon.health.HealthChange;
import dev.thresher.daemon.health.HealthFeed;
import dev.thresher.daemon.health.HealthReport;
import dev.thresher.daemon.health.HealthReport.MemberHealth;
import dev.thresher.daemon.health.HealthReport.VipHealth;
import dev.thresher.daemon.health.HealthSource;
import dev.thresher.daemon.state.HealthState;
import dev.thresher.daemon.state.VipState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The health of {@link SampleState}. */
public final class SampleHealth implements HealthSource {
    static final HealthChange FALL =
            new HealthChange(SampleState.NOW, HealthState.UP, HealthState.DOWN, "connection refused, 3 of 3 failed");

    private final HealthFeed feed = new HealthFeed();

    @Override
    public HealthReport report(@Nullable VipKey vip, boolean history) {
        List<VipHealth> vips = new SampleState()
                .snapshot().vips().stream()
                        .filter(each -> vip == null || vip.equals(each.key()))
                        .map(each -> health(each, history))
                        .toList();
        return new HealthReport(SampleState.NOW, vips);
    }

    private static VipHealth health(VipState vip, boolean history) {
        MemberHealth up = new MemberHealth(
                vip.members().get(0),
                "http://[2001:db8::1]:80/ by 10.0.0.2",
                "HTTP 200",
                "the certificate ends in 3 days",
                false,
                7,
                0,
                List.of());
        MemberHealth down = new MemberHealth(
                vip.members().get(1),
                "http://[2001:db8::1]:80/ by fd00::3",
                "connection refused",
                null,
                true,
                0,
                3,
                history ? List.of(FALL) : List.of());
        return new VipHealth(vip.key(), vip.pool(), vip.mode(), vip.servingPool(), List.of(up, down));
    }

    @Override
    public HealthFeed feed() {
        return feed;
    }
}
