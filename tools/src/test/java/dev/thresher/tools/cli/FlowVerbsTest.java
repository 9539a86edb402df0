// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.thresher.daemon.grpc.GrpcServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
final class FlowVerbsTest {
    @TempDir
    Path dir;

    private GrpcServer server;

    @BeforeEach
    void serve() throws IOException {
        server = GrpcServer.start(dir.resolve("edge.sock"), FakeSource.busy(), new FakeFlows(), new FakeHealth());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void flows_areRowsOfATable() {
        CliRun run = run("flows");

        assertEquals(
                List.of(
                        "STATE            AGE     BUCKET  PLACE  VIP                  REAL",
                        "confirmed       3.0s          8  6      203.0.113.10:80/tcp  10.0.0.2",
                        "ending         2m 0s    1000000  1      203.0.113.10:80/tcp  10.0.0.3"),
                run.outLines());
        assertEquals("", run.err());
        assertEquals(0, run.exitCode());
    }

    @Test
    void flows_ofAClient_nameIt() {
        assertEquals(
                List.of(
                        "STATE            AGE     BUCKET  PLACE  VIP                  REAL      CLIENT",
                        "confirmed       3.0s          8  6      203.0.113.10:80/tcp  10.0.0.2  198.51.100.7:40000"),
                run("flows", "--client", "198.51.100.7:40000").outLines());
    }

    @Test
    void flows_beyondTheLimit_areTold() {
        CliRun run = run("flows", "--limit", "1");

        assertEquals(2, run.outLines().size());
        assertEquals(List.of("There are more: --limit 0 lists them all, --count counts them."), run.errLines());
        assertTrue(
                run("flows", "--limit", "1", "--json").json().get("truncated").getAsBoolean());
    }

    @Test
    void flows_asJson() {
        assertEquals(
                "{\"flows\":[{\"vip\":\"203.0.113.10:80/tcp\",\"real\":\"10.0.0.2\",\"client\":null,"
                        + "\"state\":\"confirmed\",\"age_seconds\":3.072,\"bucket\":8,\"place\":6}],\"truncated\":false}",
                run("flows", "--real", "10.0.0.2", "--json").json().toString());
    }

    @Test
    void flows_whenThereAreNone() {
        assertEquals(
                List.of("No such flows."), run("flows", "--real", "10.0.0.9").outLines());
        assertEquals(
                "{\"flows\":[],\"truncated\":false}",
                run("flows", "--real", "10.0.0.9", "--json").json().toString());
    }

    @Test
    void flows_counted() {
        assertEquals(
                List.of(
                        "flows        524,288 of 1,048,576 (50.0 %)",
                        "confirmed    524,000",
                        "unconfirmed  288",
                        "expired      17",
                        "",
                        "VIP                  REAL        FLOWS",
                        "203.0.113.10:80/tcp  10.0.0.2  523,288",
                        "203.0.113.10:80/tcp  10.0.0.3    1,000"),
                run("flows", "--count").outLines());
        JsonObject json = run("flows", "--count", "--json").json();
        assertEquals(
                "{\"size\":1048576,\"occupied\":524288,\"confirmed\":524000,\"unconfirmed\":288,\"expired\":17}",
                json.get("table").toString());
        assertEquals(
                "{\"vip\":\"203.0.113.10:80/tcp\",\"real\":\"10.0.0.2\",\"flows\":523288}",
                json.getAsJsonArray("members").get(0).toString());
    }

    @Test
    void flows_askedForWrongly() {
        assertWrong("client: \"x\" is not an IPv4 or IPv6 address", run("flows", "--client", "x:80"));
        assertWrong("--limit: -1 is less than 0", run("flows", "--limit", "-1"));
        assertWrong("--count counts every flow", run("flows", "--count", "--real", "10.0.0.2"));
    }

    @Test
    void explain_tellsAPersonTheWholeWay() {
        assertEquals(
                List.of(
                        "client   198.51.100.7:40000",
                        "VIP      203.0.113.10:80/tcp, tracked",
                        "slot     12,345 of 65,537, the Maglev table's choice is 10.0.0.3",
                        "flow     10.0.0.2, confirmed, last packet 3.0s ago, bucket 8 place 6",
                        "SYN      to 10.0.0.3: the flow has ended, a SYN begins a new one: the Maglev table has it at"
                                + " slot 12",
                        "others   to 10.0.0.2: the connection table says so",
                        "",
                        "REAL      STATE  HEALTH  WEIGHT  NEXT HOP           REASON",
                        "10.0.0.2  drain  DOWN    10      02:00:00:00:00:01  HTTP 503",
                        "10.0.0.3  drain  -       -       not resolved"),
                run("explain", "198.51.100.7:40000", "203.0.113.10:80/tcp").outLines());
    }

    @Test
    void explain_ofWhatIsNoVip() {
        assertEquals(
                List.of(
                        "client   198.51.100.7:40000",
                        "VIP      203.0.113.10:53/udp is not a VIP",
                        "slot     12,345 of 65,537",
                        "flow     none in the connection table",
                        "packets  left to the kernel: no VIP has this address, port and protocol"),
                run("explain", "198.51.100.7:40000", "203.0.113.10:53/udp").outLines());
    }

    @Test
    void explain_asJson() {
        JsonObject json = run("explain", "198.51.100.7:40000", "203.0.113.10:80/tcp", "--json")
                .json();

        assertEquals(
                List.of("vip", "tracked", "slot", "slots", "table_choice", "flow", "members", "on_syn", "on_packet"),
                List.copyOf(json.keySet()));
        assertEquals("10.0.0.3", json.getAsJsonObject("on_syn").get("real").getAsString());
        assertEquals(
                "{\"verdict\":\"forward\",\"real\":\"10.0.0.2\",\"reason\":\"the connection table says so\"}",
                json.get("on_packet").toString());
        JsonObject passed = run("explain", "198.51.100.7:40000", "203.0.113.10:53/udp", "--json")
                .json();
        assertTrue(passed.get("on_syn").isJsonNull());
        assertTrue(passed.get("vip").isJsonNull());
    }

    @Test
    void explain_askedForWrongly() {
        assertWrong("client: \"198.51.100.7\" is not an address with a port", run("explain", "198.51.100.7", "web"));
        assertWrong("vip: \"web\" is not a VIP", run("explain", "198.51.100.7:1", "web"));
        assertEquals(2, run("explain", "198.51.100.7:1").exitCode());
    }

    private static void assertWrong(String message, CliRun run) {
        assertTrue(run.err().startsWith("thresher: " + message), run.err());
        assertEquals("", run.out());
        assertEquals(2, run.exitCode());
    }

    private CliRun run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--socket", server.socket().toString()));
        return CliRun.of(all.toArray(String[]::new));
    }
}
