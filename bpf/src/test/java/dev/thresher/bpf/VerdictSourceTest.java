// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A packet that is dropped or left to the kernel is counted: the verdicts are given by functions that count, and nowhere
 * else, in whatever way one could be written: returned, assigned, chosen, or as a number.
 */
final class VerdictSourceTest {
    private static final Path SOURCES = Path.of("src/main/c");
    private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/|//[^\n]*", Pattern.DOTALL);
    /** Anything but a comparison; and verdicts that are numbers. */
    private static final Pattern VERDICT =
            Pattern.compile("[^;{}\n]*(?<![=!]=\\s{0,9})\\bXDP_(?:DROP|ABORTED|PASS)\\b(?!\\s*[=!]=)[^;{}\n]*"
                    + "|[^;{}\n]*\\bverdict\\s*=(?!=)\\s*\\(?[0-9][^;{}\n]*");

    @Test
    void theBalancer_dropsAndPassesWhereThatIsCounted() throws IOException {
        List<String> places = new ArrayList<>();
        try (Stream<Path> headers = Files.list(SOURCES.resolve("lib"))) {
            for (Path file : Stream.concat(headers, Stream.of(SOURCES.resolve("lb.bpf.c")))
                    .toList()) {
                String source = Files.readString(file);
                verdicts(source)
                        .map(verdict -> file.getFileName() + ": " + verdict)
                        .forEach(places::add);
            }
        }

        assertEquals(
                List.of(
                        // What the helper answers if there is no such interface; the next line counts that.
                        "send.h: verdict = bpf_redirect_map(&egress, member->egress, XDP_DROP)",
                        "stats.h: return XDP_ABORTED",
                        "stats.h: return XDP_DROP",
                        "stats.h: return XDP_PASS"),
                places.stream().sorted().toList());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "return XDP_DROP",
                "return -(XDP_DROP)",
                "return vip ? XDP_TX : XDP_PASS",
                "return vip ? XDP_PASS : XDP_TX",
                "choice->verdict = XDP_DROP",
                "int verdict = XDP_ABORTED",
                "verdict = 1",
                "choice->verdict = (2)"
            })
    void everyWayToWriteAVerdict_isSeen(String statement) {
        assertEquals(
                List.of(statement),
                verdicts("if (a) {\n\t" + statement + ";\n}").toList());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/* XDP_DROP */",
                "// return XDP_DROP\n",
                "if (verdict == XDP_DROP) return pass();",
                "x = XDP_PASS == verdict;",
                "choice->verdict = pass();",
                "return XDP_TX;"
            })
    void whatIsNone_isNot(String statement) {
        assertEquals(List.of(), verdicts(statement).toList());
    }

    private static Stream<String> verdicts(String source) {
        return VERDICT.matcher(COMMENT.matcher(source).replaceAll(""))
                .results()
                .map(match -> match.group().strip());
    }
}
