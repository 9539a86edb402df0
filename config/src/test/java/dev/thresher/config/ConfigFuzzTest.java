// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import static org.junit.jupiter.api.Assertions.assertFalse;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValueFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
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

    private static final List<Object> GRAFTS = List.of(
            -1,
            0,
            80,
            70_000,
            1.5,
            true,
            "",
            "web",
            "10.0.0.2",
            "203.0.113.10",
            "2s",
            List.of(),
            Map.of(),
            List.of("10.0.0.2", "10.0.0.2"),
            List.of(Map.of()),
            List.of(List.of()),
            Map.of("web", 3),
            Collections.singletonList(null),
            Collections.singletonMap("web", null),
            Map.of("address", "10.0.0.2"),
            Map.of("web", Map.of("reals", List.of("fd00::1"))));

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

    @Property(tries = 500)
    void aMutilatedFile_loadsOrIsRefusedWithErrors(@ForAll("edits") List<Edit> edits) throws IOException {
        String text = Files.readString(VALID.resolve("full.conf"));
        for (Edit edit : edits) {
            text = edit.cut(text);
        }
        load(text);
    }

    @Property(tries = 500)
    void aFileWithOtherWords_loadsOrIsRefusedWithErrors(@ForAll("values") List<Edit> edits) throws IOException {
        String text = Files.readString(VALID.resolve("full.conf"));
        for (Edit edit : edits) {
            text = edit.replaceWord(text);
        }
        load(text);
    }

    @Property(tries = 500)
    void aFileWithOtherStructure_loadsOrIsRefusedWithErrors(
            @ForAll @Size(min = 1, max = 3) List<@From("grafts") Graft> grafts) throws IOException {
        Map<String, Object> document = ConfigFactory.parseString(
                        Files.readString(VALID.resolve("full.conf")) + "\ndefinitions.last = 9")
                .resolve()
                .root()
                .unwrapped();
        List<Consumer<@Nullable Object>> places = places(document);
        grafts.forEach(graft -> graft.into(places));
        load(ConfigValueFactory.fromMap(document).render(ConfigRenderOptions.concise()));
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

    @Provide
    Arbitrary<Graft> grafts() {
        return Combinators.combine(
                        Arbitraries.doubles().between(0, 1),
                        Arbitraries.of(GRAFTS).injectNull(0.1))
                .as(Graft::new);
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

    /**
     * Another value in the place of one in a document.
     *
     * @param where 0 for the first value, 1 for the last
     * @param value what comes there
     */
    record Graft(double where, @Nullable Object value) {
        void into(List<Consumer<@Nullable Object>> places) {
            places.get((int) (where * (places.size() - 1))).accept(value);
        }
    }

    /** A setter for every value in a document. */
    @SuppressWarnings("unchecked") // what the library unwraps holds nothing else
    private static List<Consumer<@Nullable Object>> places(@Nullable Object container) {
        List<Consumer<@Nullable Object>> places = new ArrayList<>();
        if (container instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> section = (Map<String, @Nullable Object>) map;
            section.forEach((key, inner) -> {
                places.add(value -> section.put(key, value));
                places.addAll(places(inner));
            });
        } else if (container instanceof List<?> elements) {
            List<@Nullable Object> list = (List<@Nullable Object>) elements;
            for (int i = 0; i < list.size(); i++) {
                int index = i;
                places.add(value -> list.set(index, value));
                places.addAll(places(list.get(i)));
            }
        }
        return places;
    }
}
