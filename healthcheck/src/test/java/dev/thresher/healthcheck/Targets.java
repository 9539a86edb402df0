// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import dev.thresher.config.CheckThresholds;
import dev.thresher.config.CheckTiming;
import dev.thresher.config.HealthCheck;
import dev.thresher.config.HttpExchange;
import dev.thresher.config.IpText;
import dev.thresher.config.ProbeKind;
import java.net.InetAddress;
import java.time.Duration;

/** Targets for tests, one property away from the ordinary. */
final class Targets {
    static final Duration INTERVAL = Duration.ofSeconds(2);
    static final Duration FAST = Duration.ofMillis(500);

    private Targets() {}

    static HealthCheck tcp() {
        return check(new ProbeKind.Tcp(80), 2, 3, 0.1);
    }

    static HealthCheck http(String path) {
        return check(new ProbeKind.Http(80, HttpExchange.get(path), null), 2, 3, 0.1);
    }

    static HealthCheck check(ProbeKind kind, int rise, int fall, double jitter) {
        return new HealthCheck(kind)
                .with(new CheckTiming(INTERVAL, FAST, Duration.ofSeconds(1), jitter))
                .with(CheckThresholds.of(rise, fall));
    }

    static Target target(int number, HealthCheck check) {
        return new Target(IpText.parse("10.0." + number / 256 + "." + number % 256), check);
    }

    /** A probe of a loopback server that has the whole timeout to answer. */
    static Target target(InetAddress address, ProbeKind kind, Duration timeout) {
        return new Target(
                address, new HealthCheck(kind).with(CheckTiming.every(timeout)).with(CheckThresholds.of(1, 1)));
    }
}
