// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.Document;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileWatchTest {
    @TempDir
    Path dir;

    private final FileWatch watch = new FileWatch(Document::isPart);
    private Path file;
    private Path folder;

    @BeforeEach
    void read() throws IOException {
        file = Files.writeString(dir.resolve("main.conf"), "a = 1");
        folder = dir.resolve("conf.d");
        watch(file, folder);
    }

    private void watch(Path... paths) {
        watch.beforeReading();
        if (!watch.afterReading(List.of(paths))) {
            watch.beforeReading();
            assertTrue(watch.afterReading(List.of(paths)));
        }
    }

    private void assertSeenOnce() {
        assertFalse(watch.hasSettledChange(), "it may still be going on");
        assertTrue(watch.hasSettledChange());
        watch(file, folder);
        assertFalse(watch.hasSettledChange());
        assertFalse(watch.hasSettledChange());
    }

    @Test
    void nothingChanged_isNoChange() {
        assertFalse(watch.hasSettledChange());
        assertFalse(watch.hasSettledChange());
    }

    @Test
    void contentOfTheSameLength_isSeen() throws IOException {
        Files.writeString(file, "a = 2");
        assertSeenOnce();
    }

    @Test
    void changeThatGoesOn_isNotSettled() throws IOException {
        Files.writeString(file, "a = 23");
        assertFalse(watch.hasSettledChange());
        Files.writeString(file, "a = 234");
        assertFalse(watch.hasSettledChange());
        assertTrue(watch.hasSettledChange());
    }

    /** A log, an editor's swap file: if they counted, a change beside them would never settle. */
    @Test
    void filesThatDoNotCount_mayChangeAllTheTime() throws IOException {
        Files.createDirectory(folder);
        watch(file, folder);
        Path log = folder.resolve("deploy.log");
        Path swap = folder.resolve(".vips.conf.swp");
        for (String line : List.of("1", "12", "123")) {
            Files.writeString(log, line);
            Files.writeString(swap, line);
            assertFalse(watch.hasSettledChange());
        }
        Files.writeString(folder.resolve("vips.conf"), "a = 2");
        assertFalse(watch.hasSettledChange());
        Files.writeString(log, "1234");
        assertTrue(watch.hasSettledChange());
    }

    @Test
    void editorThatRenames_isSeen() throws IOException {
        Path edited = Files.writeString(dir.resolve(".main.conf.swp"), "a = 2");
        Files.move(edited, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        assertSeenOnce();
    }

    @Test
    void editorThatMovesTheOldFileAwayFirst_isSeen() throws IOException {
        Files.move(file, dir.resolve("main.conf~"));
        assertFalse(watch.hasSettledChange());
        Files.writeString(file, "a = 2");
        assertSeenOnce();
    }

    @Test
    void symbolicLinkThatMovesOn_isSeen() throws IOException {
        Files.createDirectories(dir.resolve("1"));
        Files.createDirectories(dir.resolve("2"));
        Files.writeString(dir.resolve("1/main.conf"), "a = 1");
        Files.writeString(dir.resolve("2/main.conf"), "a = 2");
        Path current = Files.createSymbolicLink(dir.resolve("current"), dir.resolve("1"));
        watch(current.resolve("main.conf"));
        Files.delete(current);
        Files.createSymbolicLink(current, dir.resolve("2"));
        assertFalse(watch.hasSettledChange());
        assertTrue(watch.hasSettledChange());
    }

    @Test
    void fileThatComesToTheFolder_isSeen_andOneThatGoes() throws IOException {
        Files.createDirectories(folder);
        Path part = Files.writeString(folder.resolve("a.conf"), "b = 1");
        assertSeenOnce();
        Files.writeString(part, "b = 2");
        assertSeenOnce();
        Files.delete(part);
        assertSeenOnce();
    }

    @Test
    void fileThatWasMissing_isSeenWhenItIsThere() throws IOException {
        Path missing = dir.resolve("missing.conf");
        watch(file, missing);
        Files.writeString(missing, "");
        assertFalse(watch.hasSettledChange());
        assertTrue(watch.hasSettledChange());
    }

    @Test
    void changeWhileItIsRead_isSeen() throws IOException {
        watch.beforeReading();
        Files.writeString(file, "a = 234");
        watch.afterReading(List.of(file, folder));
        assertFalse(watch.hasSettledChange(), "it may still be going on");
        assertTrue(watch.hasSettledChange());
    }

    @Test
    void fileThatIsNewToTheWatch_hasToBeReadAgain() {
        watch.beforeReading();
        assertFalse(watch.afterReading(List.of(file, folder, dir.resolve("include.conf"))));
        watch.beforeReading();
        assertTrue(watch.afterReading(List.of(file, folder, dir.resolve("include.conf"))));
    }
}
