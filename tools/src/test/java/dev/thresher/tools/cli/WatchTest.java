// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import dev.thresher.daemon.grpc.GrpcServer;
import dev.thresher.tools.terminal.VirtualScreen;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The option {@code --watch}. */
@Timeout(60)
final class WatchTest {
    @TempDir
    Path dir;

    private GrpcServer server;

    @BeforeEach
    void serve() throws IOException {
        FakeSource first = FakeSource.busy();
        server = GrpcServer.start(
                dir.resolve("edge.sock"),
                new SourcesInTurn(first, first.afterDrops(1_000, 0)),
                new FakeFlows(),
                new FakeHealth());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String socket() {
        return server.socket().toString();
    }

    @Test
    void withoutATerminal_onePictureFollowsTheOther() {
        List<String> lines =
                CliRun.head(7, "vips", "--watch=100ms", "--socket", socket()).outLines();
        assertTrue(lines.get(0).startsWith("VIP  "), lines.get(0));
        assertTrue(lines.get(1).endsWith("     7"), lines.get(1));
        assertEquals(lines.get(0), lines.get(4));
        assertEquals("", lines.get(3));
        assertTrue(lines.get(5).endsWith(" 1,007"), lines.get(5));
    }

    @Test
    void json_isAnObjectALine() {
        List<String> verbs = List.of("status", "vips", "reals", "drops");
        for (String verb : verbs) {
            CliRun run = CliRun.head(2, verb, "--watch=100ms", "--json", "--socket", socket());
            assertEquals(2, run.outLines().size());
            run.outLines()
                    .forEach(line -> assertTrue(JsonParser.parseString(line).isJsonObject()));
            assertEquals(0, run.exitCode());
        }
    }

    @Test
    void withoutAnInterval_itIsASecond() {
        assertEquals(
                1,
                CliRun.head(1, "reals", "--watch", "--json", "--socket", socket())
                        .outLines()
                        .size());
    }

    @Test
    void anIntervalThatIsNone_isWrongUsage() {
        for (String interval : List.of("soon", "99ms", "61m", "-1s", "99999999s")) {
            CliRun run = CliRun.of("status", "--watch=" + interval, "--socket", socket());
            assertEquals(2, run.exitCode());
            assertTrue(run.err().contains("'" + interval + "' is no"), run.err());
        }
    }

    @Test
    void onATerminal_thePictureIsRenewedInPlace() {
        VirtualScreen screen = new VirtualScreen(120, 10);
        CompletableFuture<CliRun> run = CompletableFuture.supplyAsync(
                () -> CliRun.at(screen.terminal(), "vips", "--watch=100ms", "--socket", socket()));
        screen.await("1,007");
        assertTrue(screen.lines().get(0).startsWith("VIP  "), screen.toString());
        assertTrue(screen.lines().get(1).contains("203.0.113.10:80/tcp"), screen.toString());
        assertTrue(screen.isColoured(), "health is in colours");
        assertEquals("", screen.lines().get(3));

        screen.type("q");
        assertEquals(new CliRun(0, "", ""), run.join());
        assertEquals("", screen.lines().get(0), "what was there before is there again");
    }

    @Test
    void onATerminal_theEndOfTheDaemonIsTold() {
        VirtualScreen screen = new VirtualScreen(120, 10);
        CompletableFuture<CliRun> run = CompletableFuture.supplyAsync(
                () -> CliRun.at(screen.terminal(), "vips", "--watch=60m", "--socket", socket()));
        screen.await("203.0.113.10");
        server.close();
        assertEquals(List.of("The daemon has ended."), run.join().errLines());
    }

    @Test
    void onATerminal_anErrorIsToldAsEver() {
        VirtualScreen screen = new VirtualScreen(120, 10);
        CliRun run = CliRun.at(screen.terminal(), "vips", "--watch", "--socket", dir + "/none.sock");
        assertTrue(run.err().startsWith("thresher: no daemon is running on "), run.err());
        assertEquals(1, run.exitCode());
    }
}
