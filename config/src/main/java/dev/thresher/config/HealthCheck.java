// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How the reals of a pool are probed.
 *
 * @param kind what a probe does
 * @param port the port on the real, 1 to 65535; 0 if the kind is {@link Kind#NONE}
 * @param path the request target of an HTTP probe, beginning with a slash; other kinds ignore it
 * @param host the Host header of an HTTP probe, or null for the real's address; other kinds ignore it
 * @param expect the HTTP statuses that count as success; other kinds ignore it
 * @param interval from the start of one probe to the start of the next, more than zero
 * @param timeout how long a probe may take, more than zero and at most the interval
 * @param rise successes in a row that bring a real up, at least 1
 * @param fall failures in a row that take a real down, at least 1
 * @param jitter each interval varies at random by up to this fraction either way, 0 to 1, so that probes do not
 *     arrive in step
 */
public record HealthCheck(
        Kind kind,
        int port,
        String path,
        @Nullable String host,
        StatusRanges expect,
        Duration interval,
        Duration timeout,
        int rise,
        int fall,
        double jitter) {
    public static final String DEFAULT_PATH = "/";
    public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(2);
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(1);
    public static final int DEFAULT_RISE = 2;
    public static final int DEFAULT_FALL = 3;
    public static final double DEFAULT_JITTER = 0.1;

    public HealthCheck {
        if (kind != Kind.NONE) {
            Require.inRange("the port of a health check", port, 1, 65_535);
        }
        Require.that(path.startsWith("/"), "the path of a health check must begin with a slash, not \"" + path + "\"");
        Require.positive("the interval of a health check", interval);
        Require.positive("the timeout of a health check", timeout);
        Require.that(
                timeout.compareTo(interval) <= 0,
                "the timeout of a health check, " + timeout + ", is longer than its interval, " + interval);
        Require.inRange("rise", rise, 1, Integer.MAX_VALUE);
        Require.inRange("fall", fall, 1, Integer.MAX_VALUE);
        Require.that(jitter >= 0 && jitter <= 1, "jitter must be 0 to 1, not " + jitter);
    }

    /** No probes: every real counts as healthy. */
    public static HealthCheck none() {
        return withDefaults(Kind.NONE, 0, DEFAULT_PATH);
    }

    /** A TCP connect with the default timing. */
    public static HealthCheck tcp(int port) {
        return withDefaults(Kind.TCP, port, DEFAULT_PATH);
    }

    /** An HTTP GET with the default timing that expects any 2xx. */
    public static HealthCheck http(int port, String path) {
        return withDefaults(Kind.HTTP, port, path);
    }

    private static HealthCheck withDefaults(Kind kind, int port, String path) {
        return new HealthCheck(
                kind,
                port,
                path,
                null,
                StatusRanges.SUCCESS,
                DEFAULT_INTERVAL,
                DEFAULT_TIMEOUT,
                DEFAULT_RISE,
                DEFAULT_FALL,
                DEFAULT_JITTER);
    }

    /** What a probe does. */
    public enum Kind {
        /** Connects and closes. */
        TCP,
        /** Asks for a path and looks at the status. */
        HTTP,
        /** There is no probe. */
        NONE;

        /** As the configuration spells it. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
