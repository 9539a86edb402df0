// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.config.XdpMode;
import dev.thresher.daemon.nexthop.Resolution;
import dev.thresher.daemon.plan.VipPlan;
import dev.thresher.daemon.plan.VipPlan.Mode;
import dev.thresher.daemon.state.ConfigState;
import dev.thresher.daemon.state.VipState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What an operator ought to look at, most important first. */
final class Warnings {
    private final Controller controller;
    private final Supplier<ConfigState> configState;

    Warnings(Controller controller, Supplier<ConfigState> configState) {
        this.controller = controller;
        this.configState = configState;
    }

    List<String> of(XdpMode mode, Published published, FlowStatus flows, List<VipState> vips) {
        List<String> warnings = new ArrayList<>();
        addConfig(warnings, configState.get());
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
        warnings.addAll(TightPaths.warnings(published.config(), published.nextHops()));
        warnings.addAll(flows.warnings());
        warnings.addAll(Fills.warnings(Fills.of(published.config())));
        if (mode == XdpMode.GENERIC) {
            warnings.add("the program runs in generic mode, which is several times slower than driver mode");
        }
        return warnings;
    }

    private static void addConfig(List<String> warnings, ConfigState config) {
        int problems = config.problems().size();
        if (problems > 0) {
            warnings.add("the configuration files do not count, because of " + problems
                    + (problems == 1 ? " error in them" : " errors in them"));
        }
        warnings.addAll(config.warnings());
    }

    private static void addServing(List<String> warnings, VipState vip, @Nullable VipPlan plan) {
        if (plan == null || plan.mode() == Mode.NONE) {
            warnings.add("VIP " + vip.key() + " has no real server that is up: its packets are dropped");
        } else if (plan.mode() != Mode.NORMAL) {
            warnings.add("VIP " + vip.key() + ": " + PlanText.of(plan));
        }
    }
}
