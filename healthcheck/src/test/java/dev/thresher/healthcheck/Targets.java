// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import dev.thresher.config.HealthCheck;
import dev.thresher.config.HealthCheck.Kind;
import dev.thresher.config.IpText;
import dev.thresher.config.StatusRanges;
import java.time.Duration;

/** Targets for tests, one property away from the ordinary. */
final class Targets {
    static final Duration INTERVAL = Duration.ofSeconds(2);

    private Targets() {}

    static HealthCheck tcp() {
        return check(Kind.TCP, 80, "/", 2, 3, 0.1);
    }

    static HealthCheck http(String path) {
        return check(Kind.HTTP, 80, path, 2, 3, 0.1);
    }

    static HealthCheck check(Kind kind, int port, String path, int rise, int fall, double jitter) {
        return new HealthCheck(
                kind, port, path, null, StatusRanges.SUCCESS, INTERVAL, Duration.ofSeconds(1), rise, fall, jitter);
    }

    static Target target(int number, HealthCheck check) {
        return new Target(IpText.parse("10.0." + number / 256 + "." + number % 256), check);
    }
}
