// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabLockTest {
    @TempDir
    private Path parent = Path.of("");

    @Test
    void aSecondTaker_isTurnedAway() {
        LabLock first = take();
        LabException refused = assertThrows(LabException.class, this::take);
        assertTrue(String.valueOf(refused.getMessage()).startsWith("the thing is in the hands of another process"));
        first.close();
        take().close();
    }

    @Test
    void whileHeld_theFileNamesTheOwner() throws IOException {
        LabLock lock = take();
        assertEquals(
                "pid " + ProcessHandle.current().pid(),
                Files.readString(parent.resolve("locks").resolve("thing.lock")));
        lock.close();
    }

    @Test
    void close_leavesNothing() {
        take().close();
        assertFalse(Files.exists(parent.resolve("locks")));
    }

    @Test
    void aFileThatADeadOwnerLeft_doesNotCount() throws IOException {
        Files.createDirectories(parent.resolve("locks"));
        Files.writeString(parent.resolve("locks").resolve("thing.lock"), "pid 999999999");
        take().close();
    }

    private LabLock take() {
        return LabLock.take(parent.resolve("locks"), "thing", Duration.ZERO, "the thing");
    }
}
