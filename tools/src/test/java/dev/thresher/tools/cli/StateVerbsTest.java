// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.thresher.daemon.grpc.GrpcServer;
import dev.thresher.daemon.state.StateSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Help.Ansi;

/** The verbs against the daemon's server. */
@Timeout(20)
final class StateVerbsTest {
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
    void status_tellsAPersonHowTheBalancerIs() {
        CliRun run = run("status");

        assertEquals(
                List.of(
                        "instance    edge, version 1.2.3, pid "
                                + ProcessHandle.current().pid() + ", up 3h 12m",
                        "config      /etc/thresher/thresher.conf, revision 12 since 5m 0s",
                        "interface   eth0, XDP in driver mode",
                        "next hop    02:00:00:00:00:01",
                        "VIPs        2, 1 without a member that is up",
                        "members     1 of 3 up",
                        "flows       524,288 of 1,048,576 (50.0 %)",
                        "",
                        "PACKETS",
                        "tx       1,234,567",
                        "pass             0",
                        "",
                        "DROPPED BECAUSE OF",
                        "no_member           7",
                        "",
                        "The configuration files do not count until this is mended",
                        "  /etc/thresher/vips.conf:3: thresher.vips[0].pool: \"wbe\" is not a pool; did you mean"
                                + " `web`?",
                        "",
                        "Warnings",
                        "  no member of one VIP is up"),
                run.outLines());
        assertEquals("", run.err());
        assertEquals(0, run.exitCode());
    }

    @Test
    void names_areThoseOfTheDaemon() {
        assertEquals(
                List.of(
                        "VIP 203.0.113.10:80/tcp",
                        "VIP [2001:db8::1]:53/udp",
                        "POOL pool-tcp",
                        "POOL pool-udp",
                        "ADDRESS 10.0.0.2",
                        "ADDRESS 10.0.0.3",
                        "ADDRESS fd00::2"),
                run("names").outLines());
    }

    @Test
    void names_withoutADaemon_areNone() {
        CliRun run = CliRun.of("names", "--socket", dir.resolve("none.sock").toString());
        assertEquals(List.of(), run.outLines());
        assertEquals("", run.err());
        assertEquals(0, run.exitCode());
    }

    @Test
    void status_asJson() {
        JsonObject json = run("status", "--json").json();

        JsonObject daemon = json.getAsJsonObject("daemon");
        assertEquals("edge", daemon.get("instance").getAsString());
        assertEquals("driver", daemon.get("xdp_mode").getAsString());
        assertEquals("2026-03-01T12:00:09Z", daemon.get("started_at").getAsString());
        assertEquals(
                "02:00:00:00:00:01",
                daemon.getAsJsonObject("next_hop").get("mac").getAsString());
        JsonObject config = json.getAsJsonObject("config");
        assertEquals(12, config.get("revision").getAsInt());
        assertEquals(
                "{\"file\":\"/etc/thresher/vips.conf\",\"line\":3,\"path\":\"thresher.vips[0].pool\","
                        + "\"message\":\"\\\"wbe\\\" is not a pool; did you mean `web`?\"}",
                config.getAsJsonArray("problems").get(0).toString());
        assertEquals("{\"total\":2,\"serving\":1}", json.get("vips").toString());
        assertEquals("{\"total\":3,\"up\":1}", json.get("members").toString());
        assertEquals(524_288, json.getAsJsonObject("flow_table").get("occupied").getAsInt());
        assertEquals(
                "{\"name\":\"tx\",\"kind\":\"verdict\",\"packets\":1234567,\"meaning\":\"packets sent\"}",
                json.getAsJsonArray("counters").get(0).toString());
        assertEquals(4, json.getAsJsonArray("counters").size());
    }

    @Test
    void vips_areRowsOfATable() {
        assertEquals(
                List.of(
                        "VIP                   POOL      FLOWS      MEMBERS UP    PACKETS      BYTES  NEW FLOWS  DROPS",
                        "203.0.113.10:80/tcp   pool-tcp  tracked    1/2         1,234,567  941.9 MiB      4,242      7",
                        "[2001:db8::1]:53/udp  pool-udp  stateless  0/1                 0        0 B          0     "
                                + " 0"),
                run("vips").outLines());
    }

    @Test
    void vips_asJsonHaveEveryFieldOfTheApi() {
        JsonArray vips = run("vips", "--json").json().getAsJsonArray("vips");

        assertEquals(2, vips.size());
        JsonObject web = vips.get(0).getAsJsonObject();
        assertEquals(
                List.of(
                        "key",
                        "address",
                        "port",
                        "protocol",
                        "pool",
                        "tracked",
                        "members_up",
                        "members_total",
                        "traffic",
                        "drops",
                        "members",
                        "prefix_length",
                        "hash",
                        "quic",
                        "source_routes",
                        "drop_reasons",
                        "serving",
                        "serving_pool"),
                List.copyOf(web.keySet()));
        assertEquals("tcp", web.get("protocol").getAsString());
        assertEquals(2, web.getAsJsonArray("members").size());
        assertEquals("5_tuple", web.get("hash").getAsString());
        assertTrue(web.get("quic").isJsonNull());
        assertEquals(
                "[{\"reason\":\"no_member\",\"packets\":7}]",
                web.get("drop_reasons").toString());
    }

    @Test
    void howRealServersAreChosenAndReached_isShownWhereItIsNotTheUsual() throws IOException {
        serve(FakeSource.routed());

        assertEquals(
                List.of(
                        "VIP                     POOL      FLOWS      HASH     ROUTES             ENCAPSULATION "
                                + " MEMBERS UP  PACKETS  BYTES  NEW FLOWS  DROPS",
                        "203.0.113.0/24:any/udp  pool-udp  stateless  source   quic-lb, 1 prefix  gue:6080       1/1"
                                + "               0    0 B          0      0",
                        "203.0.113.10:80/tcp     pool-tcp  tracked    5-tuple                     ipip, l2       2/2"
                                + "               0    0 B          0      0"),
                run("vips").outLines());
        assertEquals(
                List.of(
                        "VIP                     REAL      ENCAPSULATION  SERVER ID  WEIGHT  HEALTH",
                        "203.0.113.0/24:any/udp  10.0.0.2  gue:6080       0a1b           10  UP",
                        "203.0.113.10:80/tcp     10.0.0.2  ipip                          10  UP",
                        "203.0.113.10:80/tcp     10.0.0.2  l2                            10  UP"),
                run("reals").outLines().stream()
                        .map(line -> line.substring(0, 74).stripTrailing())
                        .toList());
        assertTrue(run("status").outLines().contains("reached by  gue:6080, ipip, l2"));
        JsonObject http3 =
                run("vips", "--json").json().getAsJsonArray("vips").get(0).getAsJsonObject();
        assertEquals(
                "{\"scheme\":\"quic_lb\",\"configs\":[{\"rotation\":0,\"server_id_length\":2},"
                        + "{\"rotation\":3,\"server_id_length\":4}]}",
                http3.get("quic").toString());
        assertEquals(
                "[{\"prefix\":\"198.51.100.0/24\",\"real\":\"10.0.0.2\"}]",
                http3.get("source_routes").toString());
        assertEquals(24, http3.get("prefix_length").getAsInt());
    }

    @Test
    void reals_areRowsOfATable() {
        assertEquals(
                List.of(
                        "VIP                   REAL       WEIGHT  HEALTH   FOR  LAST PROBE    PACKETS      BYTES"
                                + "  NEW FLOWS  REASON",
                        "203.0.113.10:80/tcp   10.0.0.2       10  UP       42s    1.2s ago  1,234,567  941.9 MiB"
                                + "      4,242  HTTP 200",
                        "203.0.113.10:80/tcp   10.0.0.3  0 of 10  DOWN     42s    1.2s ago          0        0 B"
                                + "          0  connect: connection refused",
                        "[2001:db8::1]:53/udp  fd00::2   0 of 10  UNKNOWN  42s           -          0        0 B"
                                + "          0"),
                run("reals").outLines());
    }

    @Test
    void reals_asJsonNameTheirVip() {
        JsonArray reals = run("reals", "--json").json().getAsJsonArray("reals");

        JsonObject down = reals.get(1).getAsJsonObject();
        assertEquals("203.0.113.10:80/tcp", down.get("vip").getAsString());
        assertEquals("10.0.0.3", down.get("real").getAsString());
        assertEquals("down", down.getAsJsonObject("health").get("state").getAsString());
        assertEquals("1.25", down.get("last_probe_age_seconds").getAsString());
        assertTrue(reals.get(2).getAsJsonObject().get("last_probe_age_seconds").isJsonNull());
    }

    @Test
    void reals_ofOneVip_whoseNameIsSpeltInAnotherWay() {
        List<String> lines = run("reals", "--vip", "[2001:DB8:0::1]:53/udp").outLines();

        assertEquals(2, lines.size());
        assertTrue(lines.get(1).startsWith("[2001:db8::1]:53/udp  fd00::2"), lines.get(1));
    }

    @Test
    void reals_ofAVipThatIsNotThere_fails() {
        CliRun run = run("reals", "--vip", "192.0.2.1:80/tcp");

        assertEquals(
                List.of(
                        "thresher: the daemon has no VIP 192.0.2.1:80/tcp.",
                        "It has 203.0.113.10:80/tcp, [2001:db8::1]:53/udp."),
                run.errLines());
        assertEquals(1, run.exitCode());
    }

    @Test
    void reals_ofSomethingThatIsNoVip_isWrongUsage() {
        CliRun run = run("reals", "--vip", "web");

        assertTrue(run.err().startsWith("thresher: --vip: \"web\" is not a VIP such as"), run.err());
        assertEquals(2, run.exitCode());
    }

    @Test
    void colours_showHealthAndOnlyOnATerminal() {
        String socket = server.socket().toString();
        String coloured = CliRun.of(Ansi.ON, "reals", "--socket", socket).out();

        assertTrue(coloured.contains("\u001b[32m UP"), coloured);
        assertTrue(coloured.contains("\u001b[31m DOWN"), coloured);
        assertFalse(run("reals").out().contains("\u001b"));
    }

    @Test
    void colours_doNotMoveColumns() {
        String socket = server.socket().toString();
        String coloured = CliRun.of(Ansi.ON, "reals", "--socket", socket).out();

        assertEquals(run("reals").out(), coloured.replaceAll("\u001b\\[\\d+m", ""));
    }

    @Test
    void balancerWithoutVips_saysSo() throws IOException {
        serve(FakeSource.idle());

        assertEquals(
                List.of("next hop    not resolved", "VIPs        0", "members     0 of 0 up"),
                run("status").outLines().subList(3, 6));
        assertEquals(
                List.of("No VIPs: the daemon's configuration has none."),
                run("vips").outLines());
        assertEquals(
                List.of("No real servers: the daemon's pools are empty."),
                run("reals").outLines());
        assertEquals("{\"vips\":[]}", run("vips", "--json").json().toString());
        assertTrue(run("status", "--json")
                .json()
                .getAsJsonObject("daemon")
                .get("next_hop")
                .isJsonNull());
    }

    private void serve(StateSource source) throws IOException {
        Path socket = server.socket();
        server.close();
        server = GrpcServer.start(socket, source, new FakeFlows(), new FakeHealth());
    }

    private CliRun run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--socket", server.socket().toString()));
        return CliRun.of(all.toArray(String[]::new));
    }
}
