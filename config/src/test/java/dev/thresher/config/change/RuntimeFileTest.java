// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.Document;
import dev.thresher.config.InvalidConfigException;
import dev.thresher.config.IpText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuntimeFileTest {
    private static final Document FILES = RandomDocuments.parse("""
            thresher {
              interface = eth0
              pools.web.reals = [ "10.0.0.2", { address = "10.0.0.3", weight = 2 } ]
              vips = [ { address = "203.0.113.10", port = 80, pool = web } ]
            }
            """);

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("runtime.conf");
    }

    private List<String> errors(String text) throws IOException {
        Files.writeString(file, text);
        return assertThrows(
                        InvalidConfigException.class,
                        () -> RuntimeFile.read(file).onto(FILES))
                .errors()
                .stream()
                .map(error -> error.toString().replace(file.toString(), "runtime.conf"))
                .toList();
    }

    @Test
    void text_isForPeople() throws Exception {
        Document next = Edits.apply(
                FILES,
                List.of(
                        new Edit.SetWeight(IpText.parse("10.0.0.3"), null, 5),
                        new Edit.AddReal("web", IpText.parse("fd00::4"), 1)));
        String text = RuntimeFile.text(Changes.between(FILES, next));
        assertTrue(text.startsWith("# What was changed by calls"), text);
        assertEquals("""
                changes {
                  "real 10.0.0.3 in pool web" {
                    before = { weight = 2 }
                    after = { weight = 5 }
                  }
                  "real fd00::4 in pool web" {
                    after = {}
                  }
                }
                """, text.substring(text.indexOf("changes {")));
    }

    @Test
    void read_missingFile_isNoChange() throws Exception {
        assertTrue(RuntimeFile.read(file).isEmpty());
        assertTrue(RuntimeFile.read(Files.writeString(file, RuntimeFile.text(Changes.NONE)))
                .isEmpty());
    }

    @Test
    void read_tellsAllThatIsWrong() throws Exception {
        assertEquals(
                List.of(
                        "runtime.conf:2: changes.\"pool web\": neither `before` nor `after` is there, so this is no change",
                        "runtime.conf:3: changes.\"pool dns\".after: this is not a section { … }",
                        "runtime.conf:4: changes.\"thing x\": \"thing x\" names no part of a configuration, such as \"pool "
                                + "web\", \"real 10.0.0.2 in pool web\" or \"vip 203.0.113.10:80/tcp\"",
                        "runtime.conf:5: changes.\"setting pools.web\": \"pools.web\" is not a setting, but of a pool or a VIP",
                        "runtime.conf:6: changes.\"pool a\".afer: unknown key; known here: after, before",
                        "runtime.conf:6: changes.\"pool a\": neither `before` nor `after` is there, so this is no change"),
                errors("""
                        changes {
                          "pool web" {}
                          "pool dns" { after = 3 }
                          "thing x" { after {} }
                          "setting pools.web" { after = 3 }
                          "pool a" { afer {} }
                        }
                        """));
        assertEquals(
                List.of("runtime.conf:1: not valid HOCON: expecting a close parentheses ')' here, not: end of file"),
                errors("changes {"));
        Files.delete(file);
        Files.createDirectory(file);
        assertThrows(InvalidConfigException.class, () -> RuntimeFile.read(file));
    }

    @Test
    void badValue_isToldByItsLineInThisFile() throws Exception {
        assertEquals(
                List.of("runtime.conf:3: thresher.pools.web.reals[1].weight: \"heavy\" is not a whole number"),
                errors("""
                        changes."real 10.0.0.3 in pool web" {
                          before { weight = 2 }
                          after { weight = heavy }
                        }
                        """));
    }
}
