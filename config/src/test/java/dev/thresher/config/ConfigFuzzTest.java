// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import static org.junit.jupiter.api.Assertions.assertFalse;

import com.typesafe.config.ConfigUtil;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;

class ConfigFuzzTest {
    private static final Path VALID = Path.of("src/test/resources/valid");
    private static final List<String> WORDS = List.of(
            "{",
            "}",
            "[",
            "]",
            "\"",
            "\"\"\"",
            "${",
            "${?",
            "=",
            ":",
            ",",
            "\n",
            "#",
            "+=",
            "..",
            "\\",
            "\u0000",
            "include \"full.conf\"",
            "include \"/\"",
            "include \"\"",
            "include \"no\\u0000ne\"",
            "a.b.c",
            "thresher.pools.web = 3\n",
            "${thresher}");
    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "-1",
            "1e999",
            "NaN",
            "0",
            "65536",
            "4294967296",
            "thresher",
            "pools",
            "vips",
            "reals",
            "address",
            "health-check",
            "interval",
            "${thresher}",
            "${thresher.pools}",
            "${?thresher.vips}",
            "${nothing}",
            "\"::\"",
            "\"fe80::1%lo\"",
            "\"203.0.113.10\"",
            "[]",
            "{}",
            "999999999999d",
            "1e400s",
            "64Mi",
            "99999999999999999999Mi",
            "\"a.b\"",
            "a.b",
            "\"0.0.0.0/0\"",
            "\"100::/200\"",
            "none",
            "http",
            "\"\"");

    private static @Nullable Path directory;

    @BeforeContainer
    static void makeDirectory() throws IOException {
        directory = Files.createTempDirectory("thresher-fuzz");
    }

    @AfterContainer
    static void removeDirectory() throws IOException {
        Path made = directory();
        try (var files = Files.list(made)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(made);
    }

    @Property(tries = 3000)
    void aMutilatedFile_loadsOrIsRefusedWithErrors(@ForAll("edits") List<Edit> edits) throws IOException {
        String text = Files.readString(VALID.resolve("full.conf"));
        for (Edit edit : edits) {
            text = edit.cut(text);
        }
        load(text);
    }

    @Property(tries = 3000)
    void aFileWithOtherWords_loadsOrIsRefusedWithErrors(@ForAll("values") List<Edit> edits) throws IOException {
        String text = Files.readString(VALID.resolve("full.conf"));
        for (Edit edit : edits) {
            text = edit.replaceWord(text);
        }
        load(text);
    }

    private static void load(String text) throws IOException {
        Path file = directory().resolve("full.conf");
        Files.copy(
                VALID.resolve("included.conf"),
                directory().resolve("included.conf"),
                StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(file, text.replaceAll("[\\ud800-\\udfff]", "?"));
        try {
            ConfigLoader.load(file);
        } catch (InvalidConfigException e) {
            assertFalse(e.errors().isEmpty());
            for (ConfigError error : e.errors()) {
                assertFalse(error.toString().contains("\n"), error.toString());
            }
        }
    }

    @Provide
    Arbitrary<List<Edit>> edits() {
        return edits(
                Arbitraries.oneOf(Arbitraries.of(WORDS), Arbitraries.strings().ofMaxLength(4), Arbitraries.just("")));
    }

    @Provide
    Arbitrary<List<Edit>> values() {
        return edits(Arbitraries.oneOf(
                Arbitraries.of(VALUES),
                Arbitraries.integers().map(String::valueOf),
                Arbitraries.strings().ofMaxLength(8).map(ConfigUtil::quoteString)));
    }

    private static Arbitrary<List<Edit>> edits(Arbitrary<String> words) {
        return Combinators.combine(
                        Arbitraries.doubles().between(0, 1),
                        Arbitraries.integers().between(0, 40),
                        words)
                .as(Edit::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(4);
    }

    private static Path directory() {
        if (directory == null) {
            throw new IllegalStateException("no directory was made");
        }
        return directory;
    }

    /**
     * One change to a text.
     *
     * @param where 0 at the beginning, 1 at the end
     * @param length how many characters go
     * @param word what comes in their place
     */
    record Edit(double where, int length, String word) {
        private static final Pattern TOKEN = Pattern.compile("[^\\s{}\\[\\],=]+");

        String cut(String text) {
            int from = (int) (where * text.length());
            return text.substring(0, from) + word + text.substring(Math.min(text.length(), from + length));
        }

        String replaceWord(String text) {
            List<MatchResult> tokens = TOKEN.matcher(text).results().toList();
            if (tokens.isEmpty()) {
                return word;
            }
            MatchResult token = tokens.get((int) (where * (tokens.size() - 1)));
            return text.substring(0, token.start()) + word + text.substring(token.end());
        }
    }
}
