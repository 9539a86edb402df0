// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The scalar types of the keys. Every parser explains itself with an {@link IllegalArgumentException}. */
final class ValueTypes {
    private static final Pattern INTEGER = Pattern.compile("[+-]?\\d+");
    private static final Pattern DECIMAL = Pattern.compile("[+-]?\\d+(\\.\\d+)?([eE][+-]?\\d{1,3})?");
    private static final Pattern DURATION = Pattern.compile("[+-]?\\d+(\\.\\d+)?\\s*[a-zA-Z]+");
    private static final Pattern FLOWS = Pattern.compile("(?<count>\\d{1,9})\\s*(?<unit>Ki|Mi)?");
    private static final Pattern INTERFACE = Pattern.compile("[^\\s/:\\p{Cntrl}]+");
    private static final Pattern HTTP_PATH = Pattern.compile("/[!-~]*");
    private static final Pattern HTTP_HOST = Pattern.compile("[A-Za-z0-9._:\\[\\]-]{1,255}");

    private static final String NOT_A_DURATION =
            "is not a duration such as 500ms, 2s or 15m: a number and one of ns, us, ms, s, m, h, d";

    private ValueTypes() {}

    static ValueType<Integer> integer(int min, int max) {
        return ValueType.scalar("integer", min + " to " + max, text -> {
            check(INTEGER.matcher(text).matches(), text, "is not a whole number");
            BigInteger value = new BigInteger(text);
            check(
                    value.compareTo(BigInteger.valueOf(min)) >= 0 && value.compareTo(BigInteger.valueOf(max)) <= 0,
                    text,
                    "is out of range, " + min + " to " + max);
            return value.intValueExact();
        });
    }

    static ValueType<Boolean> flag() {
        return ValueType.scalar("flag", "true, false", text -> {
            check(text.equals("true") || text.equals("false"), text, "is neither true nor false");
            return text.equals("true");
        });
    }

    /** The port of a VIP; 0 stands for any. */
    static ValueType<Integer> portOrAny() {
        ValueType<Integer> port = integer(1, 65_535);
        return ValueType.scalar("port", port.range() + ", or " + VipKey.ANY_PORT, text -> {
            check(
                    INTEGER.matcher(text).matches() || text.equals(VipKey.ANY_PORT),
                    text,
                    "is neither a port nor the word " + VipKey.ANY_PORT);
            return text.equals(VipKey.ANY_PORT) ? 0 : port.parse(text);
        });
    }

    /** One server id, or a list of them. */
    static ValueType<List<ServerId>> serverIds() {
        ValueType<ServerId> one = ValueType.scalar("hex bytes", "1 to " + ServerId.MAX_LENGTH, ServerId::new);
        return new ValueType<>("hex bytes", one.range() + ", or a list of such", value -> {
            List<? extends ConfigValue> values = value instanceof ConfigList list ? list : List.of(value);
            Set<ServerId> ids = new LinkedHashSet<>();
            values.stream()
                    .filter(each -> !Substitutions.isUndefined(each))
                    .map(one::read)
                    .forEach(id -> Require.that(ids.add(id), "server id " + id + " is there twice"));
            return List.copyOf(ids);
        });
    }

    static ValueType<Double> decimal(double min, double max) {
        return ValueType.scalar("number", number(min) + " to " + number(max), text -> {
            check(DECIMAL.matcher(text).matches(), text, "is not a number");
            double value = Double.parseDouble(text);
            check(value >= min && value <= max, text, "is out of range, " + number(min) + " to " + number(max));
            return value;
        });
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    static ValueType<Duration> duration(String min, String max) {
        Duration least = span(min);
        Duration most = span(max);
        return ValueType.scalar("duration", min + " to " + max, text -> {
            Duration value = span(text);
            check(
                    value.compareTo(least) >= 0 && value.compareTo(most) <= 0,
                    text,
                    "is out of range, " + min + " to " + max);
            return value;
        });
    }

    /** Durations of the connection table, whose clock ticks in seconds. */
    static ValueType<Duration> wholeSeconds(String min, String max) {
        ValueType<Duration> any = duration(min, max);
        return ValueType.scalar("duration", any.range() + ", whole seconds", text -> {
            Duration value = any.parse(text);
            check(value.equals(Duration.ofSeconds(value.toSeconds())), text, "is not a whole number of seconds");
            return value;
        });
    }

    private static Duration span(String text) {
        // HOCON takes a bare number for milliseconds; a reader of "interval = 2" does not.
        check(DURATION.matcher(text).matches(), text, NOT_A_DURATION);
        try {
            return ConfigValueFactory.fromAnyRef(text).atKey("span").getDuration("span");
        } catch (ConfigException e) {
            throw new IllegalArgumentException(quote(text) + " " + NOT_A_DURATION, e);
        }
    }

    /** A number of flows, rounded up to the power of two that the table needs. */
    static ValueType<Integer> flowCount() {
        String range = FlowSettings.MIN_MAX + " to " + (FlowSettings.MAX_MAX >> 20) + "Mi";
        return ValueType.scalar("count", range, text -> {
            Matcher matcher = FLOWS.matcher(text);
            check(matcher.matches(), text, "is not a number of flows such as 1048576, 512Ki or 64Mi");
            String unit = matcher.group("unit");
            int shift = unit == null ? 0 : unit.equals("Ki") ? 10 : 20;
            long count = Long.parseLong(matcher.group("count")) << shift;
            check(count >= FlowSettings.MIN_MAX && count <= FlowSettings.MAX_MAX, text, "is out of range, " + range);
            return count == Long.highestOneBit(count) ? (int) count : (int) (Long.highestOneBit(count) << 1);
        });
    }

    static ValueType<String> instance() {
        return matching("name", "1 to 32 of a-z, 0-9 and -", Config.INSTANCE, "a name of 1 to 32 of a-z, 0-9 and -");
    }

    static ValueType<String> interfaceName() {
        return ValueType.scalar("name", "1 to 15 characters", text -> {
            check(
                    INTERFACE.matcher(text).matches() && !text.equals(".") && !text.equals(".."),
                    text,
                    "is not the name of an interface");
            int length = text.getBytes(StandardCharsets.UTF_8).length;
            check(
                    length <= Interface.MAX_NAME_LENGTH,
                    text,
                    "has " + length + " characters, an interface name at most " + Interface.MAX_NAME_LENGTH);
            return text;
        });
    }

    static ValueType<MacAddress> unicastMac() {
        return ValueType.scalar("Ethernet address", "unicast", text -> {
            MacAddress mac = MacAddress.parse(text);
            check(mac.isUnicast(), text, "is no gateway's address: it is all zeros, multicast or broadcast");
            return mac;
        });
    }

    static ValueType<Path> socketPath() {
        return ValueType.scalar("path", "absolute, up to " + ApiSettings.MAX_SOCKET_LENGTH + " bytes", text -> {
            Path path = path(text);
            check(path.isAbsolute() && path.getNameCount() > 0, text, "is not the absolute path of a file");
            int length = text.getBytes(StandardCharsets.UTF_8).length;
            check(
                    length <= ApiSettings.MAX_SOCKET_LENGTH,
                    text,
                    "has " + length + " bytes, the path of a socket at most " + ApiSettings.MAX_SOCKET_LENGTH);
            return path;
        });
    }

    static ValueType<Path> directory() {
        return ValueType.scalar("path", "absolute", text -> {
            Path path = path(text);
            check(path.isAbsolute() && path.getNameCount() > 0, text, "is not the absolute path of a directory");
            return path;
        });
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("\"" + text + "\" is not a path: " + e.getReason(), e);
        }
    }

    static ValueType<String> httpPath() {
        return matching("text", "begins with /, no spaces", HTTP_PATH, "a path that begins with / and has no spaces");
    }

    static ValueType<String> httpHost() {
        return matching("text", "host or host:port", HTTP_HOST, "a host or host:port");
    }

    static ValueType<StatusRanges> statuses() {
        return ValueType.scalar("statuses", "100 to 599", StatusRanges::parse);
    }

    static ValueType<String> poolName() {
        return ValueType.scalar("name", "one of the pools", Function.identity());
    }

    private static ValueType<String> matching(String name, String range, Pattern pattern, String noun) {
        return ValueType.scalar(name, range, text -> {
            check(pattern.matcher(text).matches(), text, "is not " + noun);
            return text;
        });
    }

    private static void check(boolean holds, String text, String complaint) {
        Require.that(holds, quote(text) + " " + complaint);
    }

    private static String quote(String text) {
        return DECIMAL.matcher(text).matches() ? text : "\"" + text + "\"";
    }
}
