// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Reads the health check of a pool. */
final class HealthCheckReader {
    private static final List<Key<?>> HTTP_KEYS = List.of(Schema.CHECK_PATH, Schema.CHECK_HOST, Schema.CHECK_EXPECT);

    private final ErrorLog errors;

    HealthCheckReader(ErrorLog errors) {
        this.errors = errors;
    }

    /** The health check, or any other after an error. */
    HealthCheck read(SectionReader section) {
        int before = errors.count();
        Optional<HealthCheck.Kind> kind = section.seek(Schema.CHECK_TYPE);
        if (kind.isPresent() && kind.get() == HealthCheck.Kind.NONE) {
            rejectAll(section);
            return HealthCheck.none();
        }
        if (kind.isPresent() && kind.get() == HealthCheck.Kind.TCP) {
            rejectHttp(section);
        }
        Optional<Integer> port = section.seek(Schema.CHECK_PORT);
        int beforeInterval = errors.count();
        Duration interval = section.get(Schema.CHECK_INTERVAL);
        Duration timeout = timeout(section, interval, errors.count() == beforeInterval);
        String path = section.get(Schema.CHECK_PATH);
        Optional<String> host = section.seek(Schema.CHECK_HOST);
        StatusRanges expect = section.get(Schema.CHECK_EXPECT);
        int rise = section.get(Schema.CHECK_RISE);
        int fall = section.get(Schema.CHECK_FALL);
        double jitter = section.get(Schema.CHECK_JITTER);
        if (errors.count() > before || kind.isEmpty() || port.isEmpty()) {
            return HealthCheck.none();
        }
        return new HealthCheck(
                kind.get(), port.get(), path, host.orElse(null), expect, interval, timeout, rise, fall, jitter);
    }

    private Duration timeout(SectionReader section, Duration interval, boolean intervalIsSound) {
        Duration usual = HealthCheck.DEFAULT_TIMEOUT;
        Duration timeout = section.seek(Schema.CHECK_TIMEOUT).orElse(usual.compareTo(interval) < 0 ? usual : interval);
        if (intervalIsSound && timeout.compareTo(interval) > 0) {
            section.complain(
                    Schema.CHECK_TIMEOUT,
                    section.quote(Schema.CHECK_TIMEOUT) + " is longer than the interval between probes, "
                            + section.quote(Schema.CHECK_INTERVAL));
        }
        return timeout;
    }

    /** A key that would be ignored is a misunderstanding. */
    private static void rejectAll(SectionReader section) {
        Schema.KEYS.stream()
                .filter(key -> key.section().equals(Schema.CHECK) && !key.equals(Schema.CHECK_TYPE))
                .filter(section::has)
                .forEach(key -> section.complain(key, "a check of type none has no " + key.name()));
    }

    private static void rejectHttp(SectionReader section) {
        HTTP_KEYS.stream()
                .filter(section::has)
                .forEach(key -> section.complain(key, "only a check of type http has a key " + key.name()));
    }
}
