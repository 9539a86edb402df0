// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import static dev.thresher.config.ProbeKind.Type.DNS;
import static dev.thresher.config.ProbeKind.Type.EXEC;
import static dev.thresher.config.ProbeKind.Type.GRPC;
import static dev.thresher.config.ProbeKind.Type.HTTP;
import static dev.thresher.config.ProbeKind.Type.HTTPS;
import static dev.thresher.config.ProbeKind.Type.ICMP;
import static dev.thresher.config.ProbeKind.Type.NONE;
import static dev.thresher.config.ProbeKind.Type.TLS;
import static dev.thresher.config.ProbeKind.Type.UDP;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The keys of a pool's health check, and which kinds of check they belong to. */
final class HealthCheckKeys {
    static final String CHECK = Schema.POOL + ".health-check";
    static final String TLS_SECTION = CHECK + ".tls";

    static final Key<ProbeKind.Type> TYPE = Key.required(CHECK, "type", ValueType.oneOf(ProbeKind.Type.class));
    static final Key<HealthCheck.Via> VIA =
            Key.defaulting(CHECK, "via", ValueType.oneOf(HealthCheck.Via.class), "tunnel");
    static final Key<Integer> PORT = Key.optional(CHECK, "port", ValueTypes.integer(1, 65_535), "the VIP's port");

    static final Key<String> METHOD =
            Key.defaulting(CHECK, "method", CheckValueTypes.httpMethod(), HttpExchange.DEFAULT_METHOD);
    static final Key<String> PATH = Key.defaulting(CHECK, "path", ValueTypes.httpPath(), HttpExchange.DEFAULT_PATH);
    static final Key<String> HOST = Key.optional(CHECK, "host", ValueTypes.httpHost(), "the address probed");
    static final Key<ConfigObject> HEADERS = Key.optional(CHECK, "headers", ValueType.SECTION, "no further headers");
    static final Key<StatusRanges> EXPECT = Key.defaulting(CHECK, "expect", ValueTypes.statuses(), "200-299");
    static final Key<String> BODY = Key.optional(CHECK, "body", CheckValueTypes.text(1, 1000), "any body");

    static final Key<ConfigObject> TLS_KEY = Key.optional(CHECK, "tls", ValueType.SECTION, "all defaults");
    static final Key<String> SERVER_NAME =
            Key.optional(TLS_SECTION, "server-name", CheckValueTypes.hostName(), "host, if that is a name");
    static final Key<Boolean> VERIFY = Key.defaulting(TLS_SECTION, "verify", ValueTypes.flag(), "true");
    static final Key<Path> CA =
            Key.optional(TLS_SECTION, "ca", CheckValueTypes.absolutePath(), "the authorities that Java trusts");
    static final Key<Duration> EXPIRY_WARNING =
            Key.defaulting(TLS_SECTION, "expiry-warning", ValueTypes.duration("0s", "365d"), "14d");

    static final Key<String> SERVICE = Key.optional(CHECK, "service", CheckValueTypes.text(0, 255), "the whole server");

    static final Key<String> NAME = Key.required(CHECK, "name", CheckValueTypes.dnsName());
    static final Key<String> RECORD_TYPE = Key.defaulting(CHECK, "record-type", CheckValueTypes.dnsType(), "A");
    static final Key<String> RCODE = Key.defaulting(CHECK, "rcode", CheckValueTypes.dnsCode(), "NOERROR");
    static final Key<String> ANSWER = Key.optional(CHECK, "answer", CheckValueTypes.text(1, 255), "any answer");
    static final Key<Protocol> TRANSPORT = Key.defaulting(CHECK, "transport", ValueType.oneOf(Protocol.class), "udp");

    static final Key<Payload> SEND = Key.required(CHECK, "send", CheckValueTypes.payload());
    static final Key<Payload> RECEIVE = Key.optional(CHECK, "receive", CheckValueTypes.payload(), "any answer");

    static final Key<ConfigList> COMMAND = Key.required(CHECK, "command", ValueType.LIST);

    static final Key<Duration> INTERVAL = Key.defaulting(CHECK, "interval", ValueTypes.duration("100ms", "1h"), "2s");
    static final Key<Duration> FAST_INTERVAL =
            Key.optional(CHECK, "fast-interval", ValueTypes.duration("50ms", "1h"), "500ms, or the interval if less");
    static final Key<Duration> TIMEOUT =
            Key.optional(CHECK, "timeout", ValueTypes.duration("10ms", "1h"), "1s, or the interval if less");
    static final Key<Double> JITTER = Key.defaulting(CHECK, "jitter", ValueTypes.decimal(0, 0.5), "0.1");
    static final Key<Integer> RISE = Key.defaulting(CHECK, "rise", ValueTypes.integer(1, 100), "2");
    static final Key<Integer> FALL = Key.defaulting(CHECK, "fall", ValueTypes.integer(1, 100), "3");
    static final Key<Integer> FLAP_LIMIT =
            Key.defaulting(CHECK, "flap-limit", ValueTypes.integer(0, CheckThresholds.MAX_FLAP_LIMIT), "5");
    static final Key<Duration> FLAP_WINDOW =
            Key.defaulting(CHECK, "flap-window", ValueTypes.duration("1s", "1h"), "2m");

    static final List<Key<?>> KEYS = List.of(
            TYPE,
            VIA,
            PORT,
            METHOD,
            PATH,
            HOST,
            HEADERS,
            EXPECT,
            BODY,
            TLS_KEY,
            SERVICE,
            NAME,
            RECORD_TYPE,
            RCODE,
            ANSWER,
            TRANSPORT,
            SEND,
            RECEIVE,
            COMMAND,
            INTERVAL,
            FAST_INTERVAL,
            TIMEOUT,
            JITTER,
            RISE,
            FALL,
            FLAP_LIMIT,
            FLAP_WINDOW,
            SERVER_NAME,
            VERIFY,
            CA,
            EXPIRY_WARNING);

    /** The kinds that a key belongs to. What is not listed belongs to all but {@code none}. */
    private static final Map<Key<?>, Set<ProbeKind.Type>> KINDS = Map.ofEntries(
            Map.entry(VIA, EnumSet.complementOf(EnumSet.of(EXEC, NONE))),
            Map.entry(PORT, EnumSet.complementOf(EnumSet.of(ICMP, NONE))),
            Map.entry(METHOD, EnumSet.of(HTTP, HTTPS)),
            Map.entry(PATH, EnumSet.of(HTTP, HTTPS)),
            Map.entry(HOST, EnumSet.of(HTTP, HTTPS, GRPC)),
            Map.entry(HEADERS, EnumSet.of(HTTP, HTTPS)),
            Map.entry(EXPECT, EnumSet.of(HTTP, HTTPS)),
            Map.entry(BODY, EnumSet.of(HTTP, HTTPS)),
            Map.entry(TLS_KEY, EnumSet.of(TLS, HTTPS, GRPC)),
            Map.entry(SERVICE, EnumSet.of(GRPC)),
            Map.entry(NAME, EnumSet.of(DNS)),
            Map.entry(RECORD_TYPE, EnumSet.of(DNS)),
            Map.entry(RCODE, EnumSet.of(DNS)),
            Map.entry(ANSWER, EnumSet.of(DNS)),
            Map.entry(TRANSPORT, EnumSet.of(DNS)),
            Map.entry(SEND, EnumSet.of(UDP)),
            Map.entry(RECEIVE, EnumSet.of(UDP)),
            Map.entry(COMMAND, EnumSet.of(EXEC)));

    private static final Set<ProbeKind.Type> PROBING = EnumSet.complementOf(EnumSet.of(NONE));

    private HealthCheckKeys() {}

    /** The kinds of check that know this key of the check's own section. */
    static Set<ProbeKind.Type> kindsWith(Key<?> key) {
        return key.equals(TYPE) ? EnumSet.allOf(ProbeKind.Type.class) : KINDS.getOrDefault(key, PROBING);
    }
}
