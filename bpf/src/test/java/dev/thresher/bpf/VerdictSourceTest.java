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

/** A packet that is dropped or left to the kernel is counted: the verdicts are given by functions that count, and nowhere else. */
final class VerdictSourceTest {
    private static final Path SOURCES = Path.of("src/main/c");
    private static final Pattern VERDICT = Pattern.compile("return\\s+-?\\(?XDP_(DROP|ABORTED|PASS)\\b");

    @Test
    void theBalancer_dropsAndPassesWhereThatIsCounted() throws IOException {
        List<String> places = new ArrayList<>();
        try (Stream<Path> headers = Files.list(SOURCES.resolve("lib"))) {
            for (Path file : Stream.concat(headers, Stream.of(SOURCES.resolve("lb.bpf.c")))
                    .toList()) {
                places.addAll(verdicts(file));
            }
        }

        assertEquals(
                List.of("stats.h: return XDP_ABORTED", "stats.h: return XDP_DROP", "stats.h: return XDP_PASS"),
                places.stream().sorted().toList());
    }

    private static List<String> verdicts(Path file) throws IOException {
        return VERDICT.matcher(Files.readString(file))
                .results()
                .map(match -> file.getFileName() + ": " + match.group())
                .toList();
    }
}
