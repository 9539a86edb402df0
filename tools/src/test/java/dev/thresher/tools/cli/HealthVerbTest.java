// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.thresher.config.IpText;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.grpc.GrpcServer;
import dev.thresher.daemon.health.HealthChange;
import dev.thresher.daemon.health.HealthEvent.MemberChanged;
import dev.thresher.daemon.health.HealthEvent.ServingChanged;
import dev.thresher.daemon.plan.VipPlan.Mode;
import dev.thresher.daemon.state.HealthState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code thresher health} against the daemon's server. */
@Timeout(20)
final class HealthVerbTest {
    private static final VipKey VIP = VipKey.parse("203.0.113.10:80/tcp");
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    @TempDir
    Path dir;

    private final FakeHealth health = new FakeHealth();
    private GrpcServer server;

    @BeforeEach
    void serve() throws IOException {
        server = GrpcServer.start(dir.resolve("edge.sock"), FakeSource.busy(), new FakeFlows(), health);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private CliRun run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add(0, "health");
        all.addAll(List.of("--socket", server.socket().toString()));
        return CliRun.of(all.toArray(String[]::new));
    }

    @Test
    void health_isATableWithTheReasons() {
        CliRun run = run();
        assertEquals(
                List.of(
                        "VIP                   REAL      POOL      HEALTH   FOR   WEIGHT  LAST PROBE     "
                                + "  PROBE                              REASON",
                        "203.0.113.10:80/tcp   10.0.0.2  pool-tcp  UP       42s       10  1.2s ago       "
                                + "                                     HTTP 200; the certificate ends in 3 days",
                        "203.0.113.10:80/tcp   10.0.0.3  pool-tcp  DOWN     42s  0 of 10  1.2s ago, STALE"
                                + "  tcp://203.0.113.10:80 by 10.0.0.3  connect: connection refused",
                        "[2001:db8::1]:53/udp  fd00::2   pool-tcp  UNKNOWN  42s  0 of 10  -",
                        "",
                        "[2001:db8::1]:53/udp: no real server is up, packets are dropped"),
                run.outLines());
        assertEquals(0, run.exitCode());
    }

    @Test
    void history_isBelowTheTable() {
        assertEquals(
                List.of(
                        "203.0.113.10:80/tcp 10.0.0.2: no change yet",
                        "",
                        "203.0.113.10:80/tcp 10.0.0.3",
                        "  2026-03-01T15:11:27Z up -> DOWN: connection refused, 3 of 3 failed"),
                run("203.0.113.10:80/tcp", "--history").outLines().subList(4, 8));
    }

    @Test
    void json_hasEveryFieldOfTheApi() {
        JsonObject vip =
                run("--json", "--history").json().getAsJsonArray("vips").get(0).getAsJsonObject();
        assertEquals("normal", vip.get("serving").getAsString());
        JsonObject down = vip.getAsJsonArray("members").get(1).getAsJsonObject();
        assertEquals(
                List.of(
                        "real",
                        "pool",
                        "health",
                        "probe",
                        "last_probe_age_seconds",
                        "last_result",
                        "warning",
                        "stale",
                        "successes",
                        "failures",
                        "weight",
                        "effective_weight",
                        "history"),
                List.copyOf(down.keySet()));
        assertEquals(
                "{\"at\":\"2026-03-01T15:11:27Z\",\"from\":\"up\",\"to\":\"down\","
                        + "\"reason\":\"connection refused, 3 of 3 failed\"}",
                down.getAsJsonArray("history").get(0).toString());
    }

    @Test
    void ofAVipThatIsNotThere_fails() {
        CliRun run = run("192.0.2.1:80/tcp");
        assertEquals(List.of("thresher: there is no VIP 192.0.2.1:80/tcp"), run.errLines());
        assertEquals(1, run.exitCode());
    }

    @Test
    void ofSomethingThatIsNoVip_isWrongUsage() {
        assertEquals(2, run("web").exitCode());
        assertEquals(2, run("--watch", "--history").exitCode());
    }

    @Test
    void watch_printsChangesAsTheyHappen() {
        CliRun run = watch();
        assertEquals(
                List.of(
                        "2026-03-01T12:00:00Z 203.0.113.10:80/tcp 10.0.0.3 up -> DOWN: connection refused, 3 of 3"
                                + " failed",
                        "2026-03-01T12:00:00Z 203.0.113.10:80/tcp normal -> FALLBACK: served by pool spare"),
                run.outLines());
        assertEquals(List.of("The daemon has ended."), run.errLines());
    }

    @Test
    void watch_asJson_printsAnObjectALine() {
        List<String> lines = watch("--json").outLines();
        JsonObject first = JsonParser.parseString(lines.get(0)).getAsJsonObject();
        assertEquals("10.0.0.3", first.getAsJsonObject("member").get("real").getAsString());
        assertTrue(first.get("serving").isJsonNull());
        assertEquals(2, lines.size());
    }

    /** Watches until the daemon ends, which is after two events. */
    private CliRun watch(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(0, List.of("health", "--watch", "--socket", server.socket().toString()));
        CompletableFuture<CliRun> run = CompletableFuture.supplyAsync(() -> CliRun.of(all.toArray(String[]::new)));
        while (!health.isWatched()) {
            Thread.onSpinWait();
        }
        HealthChange fall =
                new HealthChange(NOON, HealthState.UP, HealthState.DOWN, "connection refused, 3 of 3 failed");
        health.feed().publish(new MemberChanged(VIP, IpText.parse("10.0.0.3"), fall));
        health.feed().publish(new ServingChanged(VIP, NOON, Mode.NORMAL, Mode.FALLBACK, "spare"));
        server.close();
        return run.join();
    }
}
