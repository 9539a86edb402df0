// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every file in {@code bad/} causes just the errors that stand behind {@code #!} on its lines, and on those of the files
 * in the directory of the same name, which it includes.
 */
class BadFilesTest {
    private static final Path DIRECTORY = Path.of("src/test/resources/bad");

    static Stream<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            return files.filter(Files::isRegularFile).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyErrorIsReportedWithItsLine(Path file) throws IOException {
        List<String> expected = new ArrayList<>(announced(file));
        Path included = Path.of(file.toString().replace(".conf", ""));
        if (Files.isDirectory(included)) {
            try (Stream<Path> files = Files.walk(included)) {
                files.filter(Files::isRegularFile).forEach(inner -> expected.addAll(announced(inner)));
            }
        }
        assertFalse(expected.isEmpty(), file + " announces no error");

        InvalidConfigException e = assertThrows(InvalidConfigException.class, () -> ConfigLoader.load(file));

        assertEquals(
                String.join("\n", expected.stream().sorted().toList()),
                String.join(
                        "\n",
                        e.errors().stream()
                                .map(error -> error.toString().replace(DIRECTORY + "/", ""))
                                .sorted()
                                .toList()));
    }

    private static List<String> announced(Path file) {
        List<String> errors = new ArrayList<>();
        try {
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++) {
                String[] parts = lines.get(i).split("\\s+#! ", -1);
                for (int part = 1; part < parts.length; part++) {
                    errors.add(DIRECTORY.relativize(file) + ":" + (i + 1) + ": " + parts[part]);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return errors;
    }
}
