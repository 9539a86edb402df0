// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** The scalar types of the keys of health checks. */
final class CheckValueTypes {
    private static final List<String> METHODS = List.of("GET", "HEAD", "OPTIONS", "POST", "PUT");
    private static final List<String> DNS_TYPES =
            List.of("A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT");
    private static final List<String> DNS_CODES =
            List.of("NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED");

    private static final String LABEL = "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";
    private static final Pattern NAME = Pattern.compile(LABEL + "(\\." + LABEL + ")*\\.?");
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
    private static final Pattern FIELD_VALUE = Pattern.compile("[\\t -~]{0,1000}");
    private static final List<String> OURS = List.of("host", "connection", "content-length", "transfer-encoding");

    private CheckValueTypes() {}

    static ValueType<String> httpMethod() {
        return word(METHODS);
    }

    static ValueType<String> dnsType() {
        return word(DNS_TYPES);
    }

    static ValueType<String> dnsCode() {
        return word(DNS_CODES);
    }

    /** One of some words in capitals, which may be written small. */
    private static ValueType<String> word(List<String> words) {
        String range = String.join(", ", words);
        return ValueType.scalar("word", range, text -> {
            String upper = text.toUpperCase(Locale.ROOT);
            Require.that(words.contains(upper), quote(text) + " is not one of " + range + Spelling.hint(upper, words));
            return upper;
        });
    }

    static ValueType<String> text(int min, int max) {
        return ValueType.scalar("text", min + " to " + max + " characters", text -> {
            Require.that(
                    text.length() >= min && text.length() <= max,
                    "the text has " + text.length() + " characters, not " + min + " to " + max);
            return text;
        });
    }

    static ValueType<String> dnsName() {
        return ValueType.scalar("name", "a domain name", text -> {
            Require.that(
                    text.equals(".")
                            || (text.length() <= 254 && NAME.matcher(text).matches()),
                    quote(text) + " is not a domain name");
            return text;
        });
    }

    static ValueType<String> hostName() {
        return ValueType.scalar("name", "a host name", text -> {
            Require.that(
                    text.length() <= 253 && NAME.matcher(text).matches() && !isNumeric(text),
                    quote(text) + " is not a host name");
            return text;
        });
    }

    /** TLS knows no server names that are IPv4 addresses (RFC 6066, section 3). */
    private static boolean isNumeric(String text) {
        return text.chars().allMatch(c -> c == '.' || Character.isDigit(c));
    }

    static ValueType<Path> absolutePath() {
        return ValueType.scalar("path", "absolute", text -> {
            try {
                Path path = Path.of(text);
                Require.that(path.isAbsolute(), quote(text) + " is not an absolute path");
                return path;
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException(quote(text) + " is not a path: " + e.getReason(), e);
            }
        });
    }

    static ValueType<Payload> payload() {
        return ValueType.scalar("bytes", "text, or hexadecimal behind 0x", Payload::parse);
    }

    static ValueType<String> headerValue() {
        return ValueType.scalar("text", "printable ASCII", text -> {
            Require.that(FIELD_VALUE.matcher(text).matches(), "a header takes at most 1000 printable ASCII characters");
            return text;
        });
    }

    static ValueType<String> argument() {
        return ValueType.scalar("text", "no zero bytes", text -> {
            Require.that(text.indexOf('\0') < 0, "an argument of a command cannot contain a zero byte");
            return text;
        });
    }

    /** @throws IllegalArgumentException if a check may not send a header of this name */
    static void requireHeaderName(String name) {
        Require.that(TOKEN.matcher(name).matches(), quote(name) + " is not the name of an HTTP header");
        String lower = name.toLowerCase(Locale.ROOT);
        Require.that(!lower.equals("host"), "the Host header is set by the key host");
        Require.that(!OURS.contains(lower), "the probe sets the header " + name + " itself");
    }

    private static String quote(String text) {
        return "\"" + text + "\"";
    }
}
