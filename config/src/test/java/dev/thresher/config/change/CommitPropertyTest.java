// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.config.Document;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A failing property prints its seed. */
class CommitPropertyTest {
    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.randomValue(RandomDocuments::text);
    }

    /** Files without substitutions take every change. */
    @Property(tries = 80)
    void committedChanges_areWhatTheFilesSay(@ForAll("texts") String text, @ForAll("texts") String target)
            throws Exception {
        Path folder = Files.createTempDirectory("commit");
        try {
            Path main = write(folder, text);
            Document files = Document.load(main);
            Changes changes = Changes.between(files, RandomDocuments.parse(target));
            for (Map.Entry<Path, String> file : Commit.texts(changes, files).entrySet()) {
                Files.writeString(file.getKey(), file.getValue());
            }
            Document after = Document.load(main);
            assertEquals(RandomDocuments.inOrder(RandomDocuments.parse(target)), RandomDocuments.inOrder(after));
            assertEquals(List.of(), changes.onto(after).changes());
        } finally {
            try (Stream<Path> made = Files.walk(folder)) {
                for (Path file : made.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** The VIPs in a file of conf.d, with comments. */
    private static Path write(Path folder, String text) throws IOException {
        int vips = text.indexOf("  vips = [");
        Path main = Files.writeString(folder.resolve("main.conf"), text.substring(0, vips) + "}  # end\n");
        Path parts = Files.createDirectory(folder.resolve("conf.d"));
        Files.writeString(parts.resolve("vips.conf"), "# VIPs\nthresher {\n" + text.substring(vips));
        return main;
    }
}
