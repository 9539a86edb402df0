// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import dev.thresher.api.v1.GetHealthRequest;
import dev.thresher.api.v1.GetHealthResponse;
import dev.thresher.api.v1.WatchHealthRequest;
import dev.thresher.api.v1.WatchHealthResponse;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.health.HealthReport;
import dev.thresher.daemon.health.HealthReport.VipHealth;
import dev.thresher.daemon.health.HealthSource;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/** The calls about health. */
final class HealthCalls {
    private final HealthSource source;
    private final Executor executor;
    private final WatchLimit limit;
    private final Set<HealthWatch> watches = ConcurrentHashMap.newKeySet();

    /** @param executor where changes are sent from, so that nobody who makes them waits for a caller */
    HealthCalls(HealthSource source, Executor executor, WatchLimit limit) {
        this.source = source;
        this.executor = executor;
        this.limit = limit;
    }

    GetHealthResponse report(GetHealthRequest request) {
        VipPage page = VipPage.of(request.getPageSize(), request.getPageToken());
        VipKey vip = FlowRequests.vipIfAny(request.getVip());
        HealthReport report = source.report(vip, request.getHistory());
        List<VipHealth> wanted = VipPage.only(vip, report.vips(), VipHealth::vip);
        List<VipHealth> part = page.cut(wanted, VipHealth::vip);
        return HealthEncoder.encode(report.observedAt(), part)
                .setNextPageToken(VipPage.next(part, wanted, VipHealth::vip))
                .build();
    }

    void watch(WatchHealthRequest request, ServerCallStreamObserver<WatchHealthResponse> caller) {
        VipKey vip = FlowRequests.vipIfAny(request.getVip());
        if (vip != null) {
            VipPage.only(vip, source.report(vip, false).vips(), VipHealth::vip);
        }
        limit.enter();
        HealthWatch watch = new HealthWatch(
                source.feed(), event -> vip == null || vip.equals(event.vip()), caller, executor, this::ended);
        watches.add(watch);
        watch.start();
    }

    private void ended(HealthWatch watch) {
        if (watches.remove(watch)) {
            limit.leave();
        }
    }

    /** Lets those who watch know that it is over. */
    void endAll() {
        watches.forEach(HealthWatch::end);
    }
}
