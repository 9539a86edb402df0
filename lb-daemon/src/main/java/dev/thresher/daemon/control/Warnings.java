// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.config.XdpMode;
import dev.thresher.daemon.nexthop.Resolution;
import dev.thresher.daemon.plan.VipPlan;
import dev.thresher.daemon.plan.VipPlan.Mode;
import dev.thresher.daemon.state.VipState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an operator ought to look at, most important first. */
final class Warnings {
    private final Controller controller;

    Warnings(Controller controller) {
        this.controller = controller;
    }

    List<String> of(XdpMode mode, Published published, FlowStatus flows, List<VipState> vips) {
        List<String> warnings = new ArrayList<>();
        controller.failure().ifPresent(warnings::add);
        vips.forEach(vip -> addServing(warnings, vip, published.plans().get(vip.key())));
        warnings.addAll(HealthWarnings.of(
                controller.checker().status(),
                controller.checker().snapshot().values(),
                controller.checker().nanoTime()));
        warnings.addAll(controller.paths().warnings());
        published.nextHops().values().stream()
                .filter(Resolution.Unresolved.class::isInstance)
                .map(resolution -> ((Resolution.Unresolved) resolution).reason())
                .distinct()
                .sorted()
                .forEach(warnings::add);
        warnings.addAll(published.doubts());
        warnings.addAll(flows.warnings());
        if (mode == XdpMode.GENERIC) {
            warnings.add("the program runs in generic mode, which is several times slower than driver mode");
        }
        return warnings;
    }

    private static void addServing(List<String> warnings, VipState vip, @Nullable VipPlan plan) {
        if (plan == null || plan.mode() == Mode.NONE) {
            warnings.add("VIP " + vip.key() + " has no real server that is up: its packets are dropped");
        } else if (plan.mode() != Mode.NORMAL) {
            warnings.add("VIP " + vip.key() + ": " + PlanText.of(plan));
        }
    }
}
