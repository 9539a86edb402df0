// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.util.Locale;

/**
 * How the reals of a pool are probed.
 *
 * @param kind what a probe asks
 * @param via which way it takes
 * @param timing how often it asks
 * @param thresholds how many answers make a verdict
 */
public record HealthCheck(ProbeKind kind, Via via, CheckTiming timing, CheckThresholds thresholds) {
    public HealthCheck {
        Require.that(
                via == Via.DIRECT || !(kind instanceof ProbeKind.Exec || kind instanceof ProbeKind.None),
                "a check of type " + kind.type() + " cannot go through the tunnel");
    }

    /** A check of a real's own address with the default timing and thresholds. */
    public HealthCheck(ProbeKind kind) {
        this(kind, Via.DIRECT, CheckTiming.DEFAULT, CheckThresholds.DEFAULT);
    }

    /** No probes: every real counts as healthy. */
    public static HealthCheck none() {
        return new HealthCheck(new ProbeKind.None());
    }

    /** A TCP connect to a real's own address, with the default timing and thresholds. */
    public static HealthCheck tcp(int port) {
        return new HealthCheck(new ProbeKind.Tcp(port));
    }

    /** An HTTP GET from a real's own address, with the default timing and thresholds, that expects any 2xx. */
    public static HealthCheck http(int port, String path) {
        return new HealthCheck(new ProbeKind.Http(port, HttpExchange.get(path), null));
    }

    public HealthCheck with(ProbeKind other) {
        return other.equals(kind) ? this : new HealthCheck(other, via, timing, thresholds);
    }

    public HealthCheck with(Via other) {
        return new HealthCheck(kind, other, timing, thresholds);
    }

    public HealthCheck with(CheckTiming other) {
        return new HealthCheck(kind, via, other, thresholds);
    }

    public HealthCheck with(CheckThresholds other) {
        return new HealthCheck(kind, via, timing, other);
    }

    /** Whether there are probes at all. */
    public boolean probes() {
        return !(kind instanceof ProbeKind.None);
    }

    /** The way of a probe. */
    public enum Via {
        /** To the VIP, wrapped as clients' packets are: it tests decapsulation, VIP and service at once. */
        TUNNEL,
        /** To the real's own address. */
        DIRECT;

        /** As the configuration spells it. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
