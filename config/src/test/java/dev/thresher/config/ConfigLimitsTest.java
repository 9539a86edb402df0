// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a text says, reading it takes moments and little memory. */
@Timeout(60)
class ConfigLimitsTest {
    private static final String VALID = "thresher { interface = eth0, pools.web.reals = [ \"10.0.0.2\" ] }\n";

    @TempDir
    private Path directory;

    private static List<ConfigError> errors(String hocon) {
        return assertThrows(InvalidConfigException.class, () -> Document.parse(hocon, "edit.conf"))
                .errors();
    }

    private static String lines(int count, String line) {
        return IntStream.range(0, count)
                .mapToObj(i -> line.replace("N-1", Integer.toString(i - 1)).replace("N", Integer.toString(i)))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    @Test
    void parse_manyUndefinedSubstitutions_reportsTheFirstAndCountsTheOthers() {
        List<ConfigError> errors = errors(VALID + lines(2_000, "aN = ${xN}"));

        assertEquals(Limits.PROBLEMS + 1, errors.size());
        assertEquals(
                "edit.conf: and 1,800 problems more, which are not listed",
                errors.get(Limits.PROBLEMS).toString());
    }

    @Test
    void parse_undefinedSubstitutions_areReportedWhereTheyStand() {
        List<String> errors =
                errors(VALID + "a { y = ${gone}\n b = [ 1,\n ${lost} ]\n}\nc = x${?no} ${missing}\n").stream()
                        .map(ConfigError::toString)
                        .toList();

        assertEquals(
                List.of(
                        "edit.conf:2: ${gone} is not defined in this text",
                        "edit.conf:4: ${lost} is not defined in this text",
                        "edit.conf:6: ${missing} is not defined in this text"),
                errors);
    }

    @Test
    void parse_moreSubstitutionsThanAreAllowed_isRefused() {
        String message =
                errors(VALID + "x = 1\n" + lines(20_000, "aN = ${x}")).get(0).toString();

        assertEquals(
                "edit.conf: there are 20,000 substitutions ${…}; 10,000 are the most: write out what they stand for",
                message);
    }

    @Test
    void parse_manySubstitutionsAmongManyKeys_isRefused() {
        String message = errors(VALID + lines(9_000, "aN = ${xN}")).get(0).toString();

        assertTrue(message.startsWith("edit.conf: there are too many substitutions ${…} among too many keys"), message);
    }

    static Stream<String> growing() {
        return Stream.of(
                "a0 = aaaaaaaa\n" + lines(40, "aN = ${aN-1} ${aN-1}").substring("a0 = ${a-1} ${a-1}".length()),
                "b0 = [ 1 ]\n"
                        + lines(41, "bN = ${bN-1} ${bN-1}").lines().skip(1).collect(Collectors.joining("\n")),
                "c0 { k = 1 }\n"
                        + lines(41, "cN { x = ${cN-1}, y = ${cN-1} }")
                                .lines()
                                .skip(1)
                                .collect(Collectors.joining("\n")),
                "d = x\n" + lines(40, "d = ${d} ${d}"),
                "e.f = x\n" + lines(40, "e.f = ${e.f}${e.f}"),
                "g = x\nh = x\n" + lines(40, "g = ${h} ${h}\nh = ${g} ${g}"),
                "i = ${j}\nj {}\ni { x = 1\n" + lines(40, "x = ${i.x} ${i.x}") + "}",
                "long = " + "x".repeat(10_000) + "\nmany = [ " + "${long}, ".repeat(1000) + " ]");
    }

    @ParameterizedTest
    @MethodSource("growing")
    void parse_substitutionsThatMakeTooMuch_areRefusedBeforeTheyAreMade(String text) {
        String message = errors(VALID + text).get(0).toString();

        assertTrue(
                message.startsWith(
                        "edit.conf: with its substitutions ${…} made, it may have more than 4,194,304 characters"),
                message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "list += N",
                "text = ${?text} more",
                "base { l = [] }\nover = ${base}\nover.l += N",
                "part { a = 1, b = 2 }\npN = ${part} { b = N }",
                "from = x\ntoN = ${from} ${from} ${from}",
                "outer { x = 1, yN = ${outer.x} }",
            })
    void parse_ordinarySubstitutionsManyTimes_areMade(String line) throws InvalidConfigException {
        assertFalse(HoconSource.parse(lines(300, line), "edit.conf").isEmpty());
    }

    @Test
    void parse_textThatIsTooLong_isRefused() {
        String message = errors(VALID + "#".repeat(Limits.TEXT)).get(0).toString();

        assertTrue(message.matches("edit.conf: the text has 8,388,[0-9]+ characters; 8,388,608 are the most"), message);
    }

    @Test
    void load_fileThatIsTooMuch_isRefused() throws Exception {
        Path file = directory.resolve("thresher.conf");
        Files.writeString(file, VALID + "d = x\n" + lines(40, "d = ${d} ${d}"));

        InvalidConfigException e = assertThrows(InvalidConfigException.class, () -> Document.load(file));

        assertTrue(e.errors().get(0).message().startsWith("with its substitutions"), e.getMessage());
    }

    @Test
    void parse_longValue_isShortenedInItsError() {
        ConfigError error = errors("thresher { interface = eth0, xdp-mode = " + "x".repeat(1 << 20) + " }")
                .get(0);

        assertTrue(
                error.toString().length() < 3 * Limits.PROBLEM_TEXT,
                "it has " + error.toString().length());
    }
}
