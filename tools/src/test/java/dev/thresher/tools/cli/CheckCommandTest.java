// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckCommandTest {
    private static final String VALID = """
        thresher {
          instance = edge
          interface = eth0
          pools {
            web { reals = [ { address = "10.0.0.2" }, { address = "10.0.0.3" } ] }
            mail { reals = [ { address = "10.0.0.3" } ] }
          }
          vips = [
            { address = "203.0.113.10", port = 80, protocol = tcp, pool = web }
            { address = "203.0.113.10", port = 25, protocol = tcp, pool = mail }
          ]
        }
        """;

    @TempDir
    Path dir;

    @Test
    void validFile_isSummedUp_withEachRealCountedOnce() throws IOException {
        Path file = write(VALID);
        CliRun run = CliRun.of("check", file.toString());

        assertEquals(
                List.of(file + " is valid: instance edge on eth0, 2 VIPs, 2 pools, 2 reals."),
                run.outLines(),
                run.err());
        assertEquals("", run.err());
        assertEquals(0, run.exitCode());
    }

    @Test
    void everyError_isToldWithItsLine() throws IOException {
        Path file = write(VALID.replace("10.0.0.2", "10.0.0.299").replace("port = 25", "port = 99999"));
        CliRun run = CliRun.of("check", file.toString());

        List<String> lines = run.errLines();
        assertEquals(3, lines.size(), run.err());
        assertTrue(lines.get(0).startsWith(file + ":5: thresher.pools.web.reals[0].address: "), run.err());
        assertTrue(lines.get(1).startsWith(file + ":10: thresher.vips[1].port: "), run.err());
        assertEquals("thresher: " + file + " is not valid: 2 errors.", lines.get(2));
        assertEquals("", run.out());
        assertEquals(2, run.exitCode());
    }

    @Test
    void whatIsHardlyMeant_isAWarning() throws IOException {
        Path file = write(VALID.replace("pool = mail", "pool = web"));
        CliRun run = CliRun.of("check", file.toString());

        assertEquals(List.of(file + ": warning: pool mail serves no VIP"), run.errLines());
        assertTrue(run.out().startsWith(file + " is valid: "), run.out());
        assertEquals(0, run.exitCode());
    }

    @Test
    void fileThatIsNotThere_isInvalidInput() {
        Path file = dir.resolve("none.conf");
        CliRun run = CliRun.of("check", file.toString());

        assertTrue(run.errLines().get(0).startsWith(file + ": "), run.err());
        assertEquals(
                "thresher: " + file + " is not valid: 1 error.", run.errLines().get(1));
        assertEquals(2, run.exitCode());
    }

    @Test
    void noFile_isWrongUsage() {
        CliRun run = CliRun.of("check");

        assertEquals(
                List.of("thresher: Missing required parameter: 'FILE'", "See 'thresher check --help'."),
                run.errLines());
        assertEquals(2, run.exitCode());
    }

    private Path write(String text) throws IOException {
        return Files.writeString(dir.resolve("thresher.conf"), text);
    }
}
