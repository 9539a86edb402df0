// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import dev.thresher.api.v1.GetHealthRequest;
import dev.thresher.api.v1.GetHealthResponse;
import dev.thresher.api.v1.WatchHealthRequest;
import dev.thresher.api.v1.WatchHealthResponse;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.health.HealthReport;
import dev.thresher.daemon.health.HealthSource;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The calls about health. */
final class HealthCalls {
    private final HealthSource source;
    private final Executor executor;
    private final Set<HealthWatch> watches = ConcurrentHashMap.newKeySet();

    /** @param executor where changes are sent from, so that nobody who makes them waits for a caller */
    HealthCalls(HealthSource source, Executor executor) {
        this.source = source;
        this.executor = executor;
    }

    GetHealthResponse report(GetHealthRequest request) {
        VipKey vip = vip(request.getVip());
        HealthReport report = source.report(vip, request.getHistory());
        if (vip != null) {
            requireKnown(vip, report);
        }
        return HealthEncoder.encode(report);
    }

    void watch(WatchHealthRequest request, ServerCallStreamObserver<WatchHealthResponse> caller) {
        VipKey vip = vip(request.getVip());
        if (vip != null) {
            requireKnown(vip, source.report(vip, false));
        }
        HealthWatch.start(source.feed(), event -> vip == null || vip.equals(event.vip()), caller, executor, watches);
    }

    /** Lets those who watch know that it is over. */
    void endAll() {
        watches.forEach(HealthWatch::end);
    }

    private static @Nullable VipKey vip(String text) {
        return text.isEmpty() ? null : FlowRequests.vip(text);
    }

    private static void requireKnown(VipKey vip, HealthReport report) {
        if (report.vips().isEmpty()) {
            throw Status.NOT_FOUND.withDescription("there is no VIP " + vip).asRuntimeException();
        }
    }
}
