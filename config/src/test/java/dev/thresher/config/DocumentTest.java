// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentTest {
    @TempDir
    Path dir;

    private Path main;
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        main = Files.writeString(dir.resolve("thresher.conf"), """
            thresher {
              interface = eth0
              pools.web.reals = [ "10.0.0.2" ]
              vips = [ { address = "203.0.113.10", port = 80, pool = web } ]
            }
            """);
        folder = Files.createDirectory(dir.resolve("conf.d"));
    }

    private Path part(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static List<String> errors(Path file) {
        return assertThrows(InvalidConfigException.class, () -> Document.load(file)).errors().stream()
                .map(ConfigError::toString)
                .toList();
    }

    @Test
    void folder_addsToTheMainFile_inTheOrderOfNames() throws Exception {
        Path second = part("20.conf", "thresher.pools.web.reals = ${thresher.pools.web.reals} [ \"10.0.0.4\" ]");
        Path first = part("10.conf", """
            thresher.pools.web.reals += "10.0.0.3"
            thresher.vips += { address = "203.0.113.10", port = 443, pool = web }
            """);
        part(".hidden.conf", "not = hocon {");
        part("backup.conf~", "not = hocon {");

        Document document = Document.load(main);

        assertEquals(
                List.of("10.0.0.2", "10.0.0.3", "10.0.0.4"),
                document.config().pools().get(0).reals().stream()
                        .map(real -> IpText.format(real.address()))
                        .toList());
        assertEquals(2, document.config().vips().size());
        assertEquals(List.of(main, first, second), document.files());
    }

    @Test
    void folder_overridesWhatTheMainFileSays() throws Exception {
        part("a.conf", "thresher { interface = eth1, maglev-seed = 9 }");
        assertEquals("eth1", Document.load(main).config().iface().name());
    }

    @Test
    void errorInTheFolder_isToldWithItsPlace() throws Exception {
        Path part = part("a.conf", "thresher {\n  pools.web.real = []\n}");
        assertEquals(List.of(part + ":2: thresher.pools.web.real: unknown key; did you mean `reals`?"), errors(main));
    }

    @Test
    void errorOfTwoFilesTogether_isToldWhereTheLaterOneIs() throws Exception {
        Path part = part("a.conf", "\nthresher.vips += { address = \"203.0.113.10\", port = 80, pool = web }");
        assertEquals(
                List.of(part + ":2: thresher.vips[1].address: VIP 203.0.113.10:80/tcp is there twice; it is also at "
                        + main + ":4"),
                errors(main));
    }

    @Test
    void missingMainFile_isAnErrorEvenIfTheFolderSaysEnough() throws Exception {
        part("a.conf", "thresher.interface = eth0");
        Files.delete(main);
        assertEquals(List.of(main + ": there is no such file"), errors(main));
    }

    @Test
    void invalidFiles_areNamed_soThatTheyCanBeWatched() throws Exception {
        Path part = part("a.conf", "include \"nowhere.conf\"");
        InvalidConfigException e = assertThrows(InvalidConfigException.class, () -> Document.load(main));
        assertEquals(List.of(main, part, folder.resolve("nowhere.conf")), e.files());
    }

    @Test
    void errorAt_namesTheLineOfTheKey_orOfWhatIsAbove() throws Exception {
        Document document = Document.load(main);
        assertEquals(
                main + ":2: thresher.interface: no",
                document.errorAt("thresher.interface", "no").toString());
        assertEquals(
                main + ":1: thresher.flows.max: no",
                document.errorAt("thresher.flows.max", "no").toString());
    }

    @Test
    void document_isStillWritten_untilAFileOrTheFolderSaysSomethingElse() throws Exception {
        Path part = part("a.conf", "thresher.xdp-mode = generic");
        Document document = Document.load(main);
        assertTrue(document.isStillWritten());
        part("a.conf", "thresher.xdp-mode = driver");
        assertFalse(document.isStillWritten());
        part("a.conf", "thresher.xdp-mode = generic");
        assertTrue(document.isStillWritten());
        Path other = part("b.conf", "");
        assertFalse(document.isStillWritten());
        Files.delete(other);
        Files.delete(part);
        assertFalse(document.isStillWritten());
    }
}
