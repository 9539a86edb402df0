// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.thresher.daemon.grpc.GrpcServer;
import dev.thresher.daemon.state.StateSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Help.Ansi;

/** The verb against the daemon's server. */
@Timeout(20)
final class DropsCommandTest {
    @TempDir
    Path dir;

    @Test
    void drops_areShownByReasonAndByVip() throws IOException {
        assertEquals(
                List.of(
                        "REASON     PACKETS  MEANING",
                        "no_member        7  there is nobody to send to",
                        "",
                        "VIP                  REASON     PACKETS",
                        "203.0.113.10:80/tcp  no_member        7"),
                run(FakeSource.busy()).outLines());
    }

    @Test
    void drops_ofAllReasons() throws IOException {
        List<String> lines = run(FakeSource.busy(), "--all").outLines();

        assertEquals("malformed        0  it made no sense", lines.get(2));
        assertEquals(
                List.of(
                        "203.0.113.10:80/tcp   no_member        7",
                        "203.0.113.10:80/tcp   malformed        0",
                        "[2001:db8::1]:53/udp  no_member        0",
                        "[2001:db8::1]:53/udp  malformed        0"),
                lines.subList(5, lines.size()));
    }

    @Test
    void drops_whenThereAreNone() throws IOException {
        assertEquals(
                List.of("No packet was dropped. --all lists every reason that there is."),
                run(FakeSource.idle()).outLines());
    }

    @Test
    void drops_asJsonHaveEveryReason() throws IOException {
        JsonObject json = run(FakeSource.busy(), "--json").json();

        assertEquals("2026-03-01T15:12:09Z", json.get("observed_at").getAsString());
        assertEquals(
                "[{\"name\":\"no_member\",\"kind\":\"drop_reason\",\"packets\":7,\"meaning\":\"there is nobody to send to\"},"
                        + "{\"name\":\"malformed\",\"kind\":\"drop_reason\",\"packets\":0,\"meaning\":\"it made no sense\"}]",
                json.get("reasons").toString());
        assertEquals(
                "[{\"vip\":\"203.0.113.10:80/tcp\",\"drops\":{\"no_member\":7,\"malformed\":0}},"
                        + "{\"vip\":\"[2001:db8::1]:53/udp\",\"drops\":{\"no_member\":0,\"malformed\":0}}]",
                json.get("vips").toString());
    }

    @Test
    void watch_tellsWhatIsNew() throws IOException {
        FakeSource before = FakeSource.busy();

        List<String> lines = watch(before, before, before.afterDrops(1_200, 3));

        assertEquals(
                List.of(
                        "2026-03-01T15:12:10.250Z no_member +1,200 203.0.113.10:80/tcp",
                        "2026-03-01T15:12:10.250Z no_member +3"),
                lines);
    }

    @Test
    void watch_ofADaemonThatCountsFromZeroAgain_goesOn() throws IOException {
        FakeSource before = FakeSource.busy();

        List<String> lines = watch(before.afterDrops(500, 0), before, before.afterDrops(2, 0));

        assertEquals(List.of("2026-03-01T15:12:10.250Z no_member +2 203.0.113.10:80/tcp"), lines);
    }

    @Test
    void watch_isALineForEachLook_asJson() throws IOException {
        FakeSource before = FakeSource.busy();

        List<String> lines;
        try (GrpcServer server = serve(new SourcesInTurn(before, before.afterDrops(1, 0)))) {
            String socket = server.socket().toString();
            lines = CliRun.head(2, "drops", "--watch=100ms", "--json", "--socket", socket)
                    .outLines();
        }

        assertEquals(
                List.of(7, 8),
                lines.stream()
                        .map(line -> JsonParser.parseString(line)
                                .getAsJsonObject()
                                .getAsJsonArray("vips")
                                .get(0)
                                .getAsJsonObject()
                                .getAsJsonObject("drops")
                                .get("no_member")
                                .getAsInt())
                        .toList());
        assertTrue(lines.get(0).startsWith("{\"observed_at\":"), lines.get(0));
    }

    /** What somebody reads who looks at one picture after the other. */
    private List<String> watch(FakeSource... sources) throws IOException {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        DropReport before = null;
        for (FakeSource source : sources) {
            try (GrpcServer server = serve(source);
                    DaemonClient daemon = DaemonClient.connect(server.socket())) {
                DropReport now = DropReport.of(daemon.state(), daemon.counters(), false);
                if (before == null) {
                    now.printFirst(out, Ansi.OFF);
                } else {
                    now.printNews(before, out, Ansi.OFF);
                }
                before = now;
            }
        }
        out.flush();
        return text.toString().lines().toList();
    }

    private GrpcServer serve(StateSource source) throws IOException {
        return GrpcServer.start(dir.resolve("edge.sock"), source, new FakeFlows(), new FakeHealth());
    }

    private CliRun run(StateSource source, String... arguments) throws IOException {
        try (GrpcServer server = serve(source)) {
            List<String> all = new ArrayList<>(List.of("drops"));
            all.addAll(List.of(arguments));
            all.addAll(List.of("--socket", server.socket().toString()));
            return CliRun.of(all.toArray(String[]::new));
        }
    }
}
