// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the health check of a pool. */
final class HealthCheckReader {
    private final ErrorLog errors;
    private final boolean allowExec;

    HealthCheckReader(ErrorLog errors, boolean allowExec) {
        this.errors = errors;
        this.allowExec = allowExec;
    }

    /** The health check, or any other after an error. */
    HealthCheck read(SectionReader section) {
        int before = errors.count();
        Optional<ProbeKind.Type> type = section.seek(HealthCheckKeys.TYPE);
        type.ifPresent(known -> rejectForeign(section, known));
        int port = section.seek(HealthCheckKeys.PORT).orElse(ProbeKind.VIP_PORT);
        CheckTiming timing = timing(section);
        CheckThresholds thresholds = new CheckThresholds(
                section.get(HealthCheckKeys.RISE),
                section.get(HealthCheckKeys.FALL),
                section.get(HealthCheckKeys.FLAP_LIMIT),
                section.get(HealthCheckKeys.FLAP_WINDOW));
        HealthCheck.Via via = section.get(HealthCheckKeys.VIA);
        ProbeKind kind = type.map(known -> kind(known, section, port)).orElse(new ProbeKind.None());
        if (errors.count() > before || !new HealthCheck(kind).probes()) {
            return HealthCheck.none();
        }
        boolean local = kind instanceof ProbeKind.Exec;
        return new HealthCheck(kind, local ? HealthCheck.Via.DIRECT : via, timing, thresholds);
    }

    private ProbeKind kind(ProbeKind.Type type, SectionReader section, int port) {
        return switch (type) {
            case TCP -> new ProbeKind.Tcp(port);
            case TLS -> new ProbeKind.Tls(port, tls(section));
            case HTTP -> new ProbeKind.Http(port, exchange(section), null);
            case HTTPS -> new ProbeKind.Http(port, exchange(section), tls(section));
            case GRPC -> grpc(section, port);
            case DNS -> dns(section, port);
            case UDP -> udp(section, port);
            case ICMP -> new ProbeKind.Icmp();
            case EXEC -> exec(section, port);
            case NONE -> new ProbeKind.None();
        };
    }

    private HttpExchange exchange(SectionReader section) {
        String method = section.get(HealthCheckKeys.METHOD);
        if (method.equals("HEAD") && section.has(HealthCheckKeys.BODY)) {
            section.complain(HealthCheckKeys.BODY, "the answer to HEAD has no body");
        }
        return new HttpExchange(
                method,
                section.get(HealthCheckKeys.PATH),
                section.seek(HealthCheckKeys.HOST).orElse(null),
                headers(section),
                section.get(HealthCheckKeys.EXPECT),
                section.seek(HealthCheckKeys.BODY).orElse(null));
    }

    private static Map<String, String> headers(SectionReader section) {
        Map<String, String> headers = section.values(HealthCheckKeys.HEADERS, CheckValueTypes.headerValue());
        headers.keySet().forEach(name -> {
            try {
                CheckValueTypes.requireHeaderName(name);
            } catch (IllegalArgumentException e) {
                section.complain(HealthCheckKeys.HEADERS, String.valueOf(e.getMessage()));
            }
        });
        return headers;
    }

    private static TlsSettings tls(SectionReader check) {
        return check.section(HealthCheckKeys.TLS_KEY, HealthCheckKeys.TLS_SECTION)
                .map(section -> {
                    boolean verify = section.get(HealthCheckKeys.VERIFY);
                    if (!verify && section.has(HealthCheckKeys.CA)) {
                        section.complain(HealthCheckKeys.CA, "nothing is compared with ca, because verify is false");
                    }
                    return new TlsSettings(
                            section.seek(HealthCheckKeys.SERVER_NAME).orElse(null),
                            verify,
                            section.seek(HealthCheckKeys.CA).orElse(null),
                            section.get(HealthCheckKeys.EXPIRY_WARNING));
                })
                .orElse(TlsSettings.DEFAULT);
    }

    private static ProbeKind grpc(SectionReader section, int port) {
        @Nullable TlsSettings tls = section.has(HealthCheckKeys.TLS_KEY) ? tls(section) : null;
        return new ProbeKind.Grpc(
                port,
                section.seek(HealthCheckKeys.SERVICE).orElse(""),
                section.seek(HealthCheckKeys.HOST).orElse(null),
                tls);
    }

    private static ProbeKind dns(SectionReader section, int port) {
        return new ProbeKind.Dns(
                port,
                section.get(HealthCheckKeys.TRANSPORT),
                section.seek(HealthCheckKeys.NAME).orElse("."),
                section.get(HealthCheckKeys.RECORD_TYPE),
                section.get(HealthCheckKeys.RCODE),
                section.seek(HealthCheckKeys.ANSWER).orElse(null));
    }

    private static ProbeKind udp(SectionReader section, int port) {
        Optional<Payload> send = section.seek(HealthCheckKeys.SEND);
        Optional<Payload> receive = section.seek(HealthCheckKeys.RECEIVE);
        return send.isEmpty() ? new ProbeKind.None() : new ProbeKind.Udp(port, send.get(), receive.orElse(null));
    }

    private ProbeKind exec(SectionReader section, int port) {
        if (!allowExec) {
            section.complain(
                    HealthCheckKeys.TYPE,
                    "commands as health checks are off: to allow them, set " + Schema.ALLOW_EXEC.path() + " = true");
        }
        List<String> command = section.elements(HealthCheckKeys.COMMAND, CheckValueTypes.argument());
        if (command.isEmpty() || !command.get(0).startsWith("/")) {
            if (section.has(HealthCheckKeys.COMMAND)) {
                section.complain(
                        HealthCheckKeys.COMMAND,
                        "a command begins with the absolute path of a program, then its arguments");
            }
            return new ProbeKind.None();
        }
        return new ProbeKind.Exec(port, command);
    }

    private CheckTiming timing(SectionReader section) {
        int before = errors.count();
        Duration interval = section.get(HealthCheckKeys.INTERVAL);
        boolean sound = errors.count() == before;
        CheckTiming usual = CheckTiming.DEFAULT;
        Duration fast = within(section, HealthCheckKeys.FAST_INTERVAL, usual.fastInterval(), interval, sound);
        Duration timeout = within(section, HealthCheckKeys.TIMEOUT, usual.timeout(), interval, sound);
        double jitter = section.get(HealthCheckKeys.JITTER);
        return errors.count() == before ? new CheckTiming(interval, fast, timeout, jitter) : usual;
    }

    /** @param comparable whether {@code interval} is what the file says */
    private static Duration within(
            SectionReader section, Key<Duration> key, Duration usual, Duration interval, boolean comparable) {
        Duration value = section.seek(key).orElse(usual.compareTo(interval) < 0 ? usual : interval);
        if (comparable && value.compareTo(interval) > 0) {
            section.complain(
                    key,
                    section.quote(key) + " is longer than the interval between probes, "
                            + section.quote(HealthCheckKeys.INTERVAL));
        }
        return value;
    }

    /** A key that would be ignored is a misunderstanding. */
    private static void rejectForeign(SectionReader section, ProbeKind.Type type) {
        for (Key<?> key : HealthCheckKeys.KEYS) {
            boolean own = key.section().equals(HealthCheckKeys.CHECK);
            if (own && section.has(key) && !HealthCheckKeys.kindsWith(key).contains(type)) {
                section.complain(key, foreign(key, type));
            }
        }
    }

    private static String foreign(Key<?> key, ProbeKind.Type type) {
        String complaint = "a check of type " + type + " has no " + key.name();
        if (type == ProbeKind.Type.NONE) {
            return complaint;
        }
        String owners = HealthCheckKeys.kindsWith(key).stream()
                .map(ProbeKind.Type::toString)
                .collect(Collectors.joining(", "));
        return complaint + "; that key is for " + owners;
    }
}
