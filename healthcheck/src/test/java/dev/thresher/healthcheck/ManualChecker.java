// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.util.SplittableRandom;

/** Checkers on a loop that only the test moves. */
final class ManualChecker {
    private ManualChecker() {}

    static HealthChecker on(ManualLoop loop, Probe probe, SplittableRandom random, HealthListener listener) {
        return new HealthChecker(
                probes -> Engine.of(loop, probe, ProbeRoutes.direct(), new ProbeGate(4096, probes), random, listener));
    }
}
