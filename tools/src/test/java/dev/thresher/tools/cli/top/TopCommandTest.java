// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.top;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.thresher.daemon.grpc.GrpcServer;
import dev.thresher.tools.cli.CliRun;
import dev.thresher.tools.cli.MovingBalancer;
import dev.thresher.tools.terminal.VirtualScreen;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code thresher top} against the daemon's server. */
@Timeout(60)
final class TopCommandTest {
    private static final String HEADERS = "VIP, REAL             UP       PACKETS/S  BITS/S  NEW FLOWS/S  DROPS/S";

    @TempDir
    Path dir;

    private GrpcServer server;

    @BeforeEach
    void serve() throws IOException {
        server = MovingBalancer.serve(dir.resolve("edge.sock"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String[] arguments(String... options) {
        List<String> all = new ArrayList<>(List.of("top", "--interval=100ms"));
        all.addAll(List.of(options));
        all.addAll(List.of("--socket", server.socket().toString()));
        return all.toArray(String[]::new);
    }

    private CliRun run(String... options) {
        return CliRun.of(arguments(options));
    }

    @Test
    void batch_printsRatesOfVipsAndRealServers() {
        CliRun run = run("--batch", "--iterations", "1");
        assertEquals("", run.err());
        assertEquals(0, run.exitCode());
        assertEquals(
                List.of(
                        "edge on eth0, 2026-03-01T15:12:11Z, 2 VIPs, 1 of 3 members up, by packets",
                        "500 packets/s, 4.0 M bits/s, 2.5 new flows/s, 150 drops/s",
                        "",
                        HEADERS,
                        "203.0.113.10:80/tcp   1/2            500   4.0 M          2.5      150",
                        "  10.0.0.2            up             500   4.0 M          2.5",
                        "  10.0.0.3            down             0       0            0",
                        "[2001:db8::1]:53/udp  0/1              0       0            0        0",
                        "  fd00::2             unknown          0       0            0"),
                run.outLines().subList(0, 9));
    }

    @Test
    void batch_endsAfterTheIterations() {
        long pictures = run("--batch", "--iterations=3", "--no-reals").outLines().stream()
                .filter(line -> line.startsWith("VIP, REAL"))
                .count();
        assertEquals(3, pictures);
    }

    @Test
    void json_isALineForEachLook() {
        List<String> lines = run("--json", "--iterations", "2").outLines();
        assertEquals(2, lines.size());
        JsonObject rates = JsonParser.parseString(lines.get(0)).getAsJsonObject();
        assertEquals(500, rates.get("packets_per_second").getAsDouble());
        assertEquals(2, rates.get("seconds").getAsDouble());
        JsonObject vip = rates.getAsJsonArray("vips").get(0).getAsJsonObject();
        assertEquals("203.0.113.10:80/tcp", vip.get("vip").getAsString());
        assertEquals(150, vip.get("drops_per_second").getAsDouble());
        assertEquals(
                "{\"real\":\"10.0.0.2\",\"health\":\"up\",\"packets_per_second\":500.0,\"bits_per_second\":4000000.0,"
                        + "\"new_flows_per_second\":2.5}",
                vip.getAsJsonArray("members").get(0).toString());
    }

    @Test
    void terminal_sortsScrollsHidesAndFollowsItsSize() {
        VirtualScreen screen = new VirtualScreen(100, 7);
        CompletableFuture<CliRun> run = CompletableFuture.supplyAsync(() -> CliRun.at(screen.terminal(), arguments()));
        screen.await("203.0.113.10:80/tcp");
        assertTrue(screen.lines().get(0).endsWith("by packets"), screen.toString());
        assertTrue(screen.lines().get(4).startsWith("203.0.113.10:80/tcp "), screen.toString());
        assertTrue(screen.isColoured());

        screen.type("\u001b[B");
        screen.await("[2001:db8::1]:53/udp");
        assertTrue(screen.lines().get(4).startsWith("  10.0.0.2 "), "the heads stay: " + screen);
        screen.type("\u001b[C");
        screen.await("by bits");
        screen.type("\u001b[D\u001b[D");
        screen.await("by none");
        screen.type("r");
        screen.awaitGone("10.0.0.2");
        screen.resize(100, 20);
        screen.type("r");
        screen.await("fd00::2");

        screen.type("q");
        assertEquals(new CliRun(0, "", ""), run.join());
    }

    @Test
    void withoutATerminal_batchIsAskedFor() {
        CliRun run = run();
        assertEquals(
                List.of("thresher: there is no terminal here: add --batch, or --json for scripts"), run.errLines());
        assertEquals(2, run.exitCode());
        assertEquals(2, run("--iterations", "2").exitCode());
        assertEquals(2, run("--batch", "--iterations", "0").exitCode());
        assertEquals(2, run("--sort", "size").exitCode());
    }
}
