// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keeps {@code docs/configuration.md} true. */
class ReferenceTest {
    private static final Path REFERENCE = Path.of("../docs/configuration.md");
    private static final Pattern EXAMPLE = Pattern.compile("```hocon\n(.*?)```", Pattern.DOTALL);

    @TempDir
    Path directory;

    @Test
    void tables_haveEveryKeyWithItsTypeDefaultAndRange() throws IOException {
        List<String> documented = Files.readAllLines(REFERENCE).stream()
                .filter(line -> line.startsWith("| `"))
                .map(ReferenceTest::firstFourCells)
                .sorted()
                .toList();
        List<String> known = Schema.KEYS.stream()
                .map(key -> String.join(
                        " | ",
                        key.path(),
                        key.type().name(),
                        key.absent(),
                        key.type().range()))
                .map(String::strip)
                .sorted()
                .toList();

        assertEquals(String.join("\n", known), String.join("\n", documented));
    }

    @Test
    void tables_explainEveryKey() throws IOException {
        List<String> unexplained = Files.readAllLines(REFERENCE).stream()
                .filter(line -> line.startsWith("| `"))
                .filter(line -> cells(line).length != 6 || cells(line)[5].isBlank())
                .toList();

        assertEquals(List.of(), unexplained);
    }

    @Test
    void examples_load() throws Exception {
        List<String> examples = EXAMPLE.matcher(Files.readString(REFERENCE))
                .results()
                .map(match -> match.group(1))
                .toList();

        assertFalse(examples.isEmpty());
        for (String example : examples) {
            ConfigLoader.load(Files.writeString(directory.resolve("example.conf"), example));
        }
    }

    private static String firstFourCells(String row) {
        return Stream.of(cells(row))
                .skip(1)
                .limit(4)
                .map(cell -> cell.strip().replace("`", ""))
                .reduce((a, b) -> a + " | " + b)
                .orElseThrow()
                .strip();
    }

    private static String[] cells(String row) {
        return row.replaceAll("\\|\\s*$", "").split("\\|", -1);
    }
}
