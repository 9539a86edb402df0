// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import dev.thresher.api.v1.GetHealthResponse;
import dev.thresher.api.v1.MemberEvent;
import dev.thresher.api.v1.MemberHealth;
import dev.thresher.api.v1.ServingEvent;
import dev.thresher.api.v1.VipHealth;
import dev.thresher.api.v1.WatchHealthResponse;
import dev.thresher.config.IpText;
import dev.thresher.daemon.health.HealthChange;
import dev.thresher.daemon.health.HealthEvent;
import dev.thresher.daemon.health.HealthEvent.MemberChanged;
import dev.thresher.daemon.health.HealthEvent.ServingChanged;
import dev.thresher.daemon.health.HealthFeed.Batch;
import dev.thresher.daemon.health.HealthReport;
import dev.thresher.daemon.state.MemberState;
import java.time.Instant;
import java.util.List;

/** Writes reports and events as messages of the API. */
final class HealthEncoder {
    private HealthEncoder() {}

    static GetHealthResponse.Builder encode(Instant observedAt, List<HealthReport.VipHealth> vips) {
        GetHealthResponse.Builder message =
                GetHealthResponse.newBuilder().setObservedAt(StateEncoder.encode(observedAt));
        vips.forEach(vip -> message.addVips(encode(vip)));
        return message;
    }

    static WatchHealthResponse encode(Batch batch) {
        WatchHealthResponse.Builder message = WatchHealthResponse.newBuilder().setMissed(batch.missed());
        batch.events().forEach(event -> message.addEvents(encode(event)));
        return message.build();
    }

    private static VipHealth encode(HealthReport.VipHealth vip) {
        VipHealth.Builder message = VipHealth.newBuilder()
                .setVip(vip.vip().toString())
                .setPool(vip.pool())
                .setServing(StateEncoder.encode(vip.mode()))
                .setServingPool(vip.servingPool());
        vip.members().forEach(member -> message.addMembers(encode(member)));
        return message.build();
    }

    private static MemberHealth encode(HealthReport.MemberHealth health) {
        MemberState member = health.member();
        MemberHealth.Builder message = MemberHealth.newBuilder()
                .setReal(IpText.format(member.real()))
                .setPool(member.pool())
                .setHealth(StateEncoder.health(member))
                .setProbe(health.probe())
                .setLastResult(health.lastResult())
                .setStale(health.stale())
                .setSuccesses(health.successes())
                .setFailures(health.failures())
                .setWeight(member.weight())
                .setEffectiveWeight(member.effectiveWeight());
        if (member.lastProbeAge() != null) {
            message.setLastProbeAge(StateEncoder.encode(member.lastProbeAge()));
        }
        if (health.warning() != null) {
            message.setWarning(health.warning());
        }
        health.history().forEach(change -> message.addHistory(encode(change)));
        return message.build();
    }

    private static dev.thresher.api.v1.HealthChange encode(HealthChange change) {
        return dev.thresher.api.v1.HealthChange.newBuilder()
                .setAt(StateEncoder.encode(change.at()))
                .setFrom(StateEncoder.encode(change.from()))
                .setTo(StateEncoder.encode(change.to()))
                .setReason(change.reason())
                .build();
    }

    private static dev.thresher.api.v1.HealthEvent encode(HealthEvent event) {
        dev.thresher.api.v1.HealthEvent.Builder message =
                dev.thresher.api.v1.HealthEvent.newBuilder().setVip(event.vip().toString());
        if (event instanceof MemberChanged changed) {
            message.setMember(MemberEvent.newBuilder()
                    .setReal(IpText.format(changed.real()))
                    .setChange(encode(changed.change())));
        } else if (event instanceof ServingChanged changed) {
            message.setServing(ServingEvent.newBuilder()
                    .setAt(StateEncoder.encode(changed.at()))
                    .setFrom(StateEncoder.encode(changed.from()))
                    .setTo(StateEncoder.encode(changed.to()))
                    .setPool(changed.pool()));
        }
        return message.build();
    }
}
