// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import dev.thresher.tools.cli.DaemonClient;
import dev.thresher.tools.lab.Lab;
import dev.thresher.tools.lab.LabProcess;
import dev.thresher.tools.lab.LabSpec;
import dev.thresher.tools.lab.LabStatus;
import dev.thresher.tools.lab.Launcher;
import dev.thresher.tools.lab.Topology;
import dev.thresher.tools.lab.Way;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Real curl traffic, over IPv4 and IPv6, through a lab with a daemon of this build. It needs root and the built product,
 * so it runs under {@code ./thresher test}, which sets the variable.
 */
@EnabledIfEnvironmentVariable(named = "THRESHER_DIST", matches = ".+")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EndToEndTest {
    private static final LabSpec SPEC = LabSpec.passing("test", 1, 2, 1).with(LabServices.SPEC);
    private static final int REQUESTS = 1000;

    /** Each test sends from ports of its own, so that none meets a flow of another. */
    private static final AtomicInteger NEXT_PORT = new AtomicInteger(10_000);

    private final Lab lab = Lab.up(SPEC, Launcher.path(), step -> {});
    private final Requests requests = new Requests(lab);
    private final LabServices services = LabServices.start(lab);

    @BeforeAll
    void theStatusTellsWhoIsThere() {
        List<LabStatus.HostStatus> hosts = LabStatus.of(SPEC.lab()).hosts();
        assertEquals(
                List.of("client", "router", "lb1", "real1", "real2", "real3"),
                hosts.stream().map(LabStatus.HostStatus::name).toList());
        assertEquals(
                List.of("daemon"),
                hosts.get(2).processes().stream().map(LabProcess::name).toList());
    }

    @AfterAll
    void nothingIsLeft() {
        services.close();
        lab.close();
        assertEquals(List.of(), LabStatus.of(SPEC.lab()).hosts());
    }

    Stream<String> urls() {
        return lab.urls().stream();
    }

    Stream<String> urlsByEveryWay() {
        return Stream.of(Way.values()).flatMap(way -> lab.urls(way).stream());
    }

    Stream<String> vips() {
        return Stream.of(Topology.VIP4, Topology.VIP6);
    }

    @ParameterizedTest
    @MethodSource("urls")
    void requests_spreadAsTheWeightsSay(String url) {
        holds(new Shares(requests.from(ports(REQUESTS), REQUESTS, url), SPEC.weights()).check("spread"));
    }

    @ParameterizedTest
    @MethodSource("urls")
    void replies_doNotCrossTheLoadBalancer(String url) throws IOException {
        try (Capture capture = Capture.onBalancersCable(lab)) {
            List<Answer> answers = requests.from(ports(100), 100, url);
            WireCount count = WireCount.of(capture.finish());

            assertTrue(answers.stream().allMatch(Answer::ok));
            // SYN, ACK of the SYN, request, ACK of the reply or FIN
            assertTrue(count.requests() >= 4 * answers.size(), count.toString());
            assertEquals(count.requests(), count.encapsulated());
            assertEquals(0, count.replies());
        }
    }

    @ParameterizedTest
    @MethodSource("urls")
    void anUpload_arrivesWhole(String url) throws IOException {
        Upload upload = new Upload(lab);
        upload.prepare();
        holds(upload.check("upload", url));
    }

    @Test
    void aDeadRealServer_losesItsShareOnly_andComesBack() {
        int port = ports(4 * REQUESTS);
        List<Traffic> before = new ArrayList<>();
        for (String url : lab.urls()) {
            before.add(new Traffic(url, requests.from(port, REQUESTS, url)));
        }
        try (DaemonClient daemon = lab.balancer().connect()) {
            Failover failover = new Failover(requests, daemon, lab.realServers().get(1));
            failover.kill(before).forEach(EndToEndTest::holds);
            holds(failover.revive(port + REQUESTS, lab.urls()));
        }
    }

    @Test
    void aKilledDaemon_leavesTrafficFlowing_andItsSuccessorKnowsTheFlows() {
        int port = ports(REQUESTS);
        String url = lab.urls().get(0);
        List<Answer> before = requests.from(port, REQUESTS, url);
        lab.balancer().kill();
        assertEquals(before, requests.from(port, REQUESTS, url), "without a daemon");
        lab.balancer().start();
        assertEquals(before, requests.from(port, REQUESTS, url), "with the new daemon");
    }

    @Test
    void tsharkFindsNothingWrong_withAnyEncapsulation() throws IOException {
        try (Capture capture = Capture.ofWholePackets(lab)) {
            urlsByEveryWay()
                    .forEach(url -> assertTrue(
                            requests.from(ports(20), 20, url).stream().allMatch(Answer::ok),
                            () -> "requests to " + url));
            vips().forEach(this::ping);
            Tshark tshark = new Tshark(capture.finish());
            Set<String> stacks = tshark.stacks();
            assertTrue(stacks.containsAll(Tshark.ENCAPSULATIONS), () -> "not every encapsulation: " + stacks);
            assertEquals(List.of(), tshark.complaints());
        }
    }

    @ParameterizedTest
    @MethodSource("vips")
    void aPingToAVip_isAnsweredByTheBalancer(String vip) {
        String said = ping(vip);
        assertTrue(said.contains(" 0% packet loss"), said);
    }

    private String ping(String vip) {
        return lab.topology()
                .client()
                .namespace()
                .run("ping", "-n", "-c", "3", "-i", "0.05", "-W", "1", "-s", "1200", vip);
    }

    @ParameterizedTest
    @MethodSource("vips")
    void udp_isAnsweredFromTheVip_andAFlowStaysOnItsRealServer(String vip) throws IOException {
        Set<String> names = new HashSet<>();
        for (int flow = 0; flow < 40; flow++) {
            List<String> answers = services.udpAnswers(vip, 3);
            assertEquals(1, Set.copyOf(answers).size(), () -> "one flow: " + answers);
            names.addAll(answers);
        }
        assertEquals(SPEC.weights().size(), names.size(), () -> "real servers that answered: " + names);
    }

    @ParameterizedTest
    @CsvSource({
        Topology.VIP4 + ", ipip, 1480",
        Topology.VIP6 + ", ipip, 1460",
        Topology.VIP4 + ", gue, 1472",
        Topology.VIP6 + ", gue, 1452"
    })
    void aBulkTransfer_findsThePathMtu(String vip, String encapsulation, int mtu) {
        services.forgetPathMtu(vip);
        assertTrue(services.download(vip, encapsulation) > 0, "bytes downloaded");
        assertTrue(services.upload(vip, encapsulation) > 0, "bytes uploaded");
        assertEquals(mtu, services.pathMtu(vip));
    }

    @ParameterizedTest
    @MethodSource("vips")
    void http3_worksThroughAVip(String vip) throws InterruptedException {
        Set<String> names = new HashSet<>();
        for (int connection = 0; connection < 12; connection++) {
            try (Http3Client client = services.http3(vip)) {
                names.add(client.get());
            }
        }
        assertTrue(names.size() > 1, () -> "real servers that answered: " + names);
    }

    /** As when a phone changes its network: the address is new, the connection's id is the old one. */
    @ParameterizedTest
    @MethodSource("vips")
    void aQuicConnectionId_findsItsRealServer_fromAnyPort(String vip) throws IOException {
        for (int real = 1; real <= SPEC.weights().size(); real++) {
            for (int port = 0; port < 10; port++) {
                assertEquals("real" + real, services.quicAnswer(vip, real));
            }
        }
    }

    @Test
    void theCommandLineOnTheBalancer_talksToItsDaemon() {
        String socket = "THRESHER_SOCKET=" + lab.files().socket();
        String json = lab.topology()
                .balancer()
                .namespace()
                .run("env", socket, Launcher.path().toString(), "status", "--json");
        JsonObject members = new Gson().fromJson(json, JsonObject.class).getAsJsonObject("members");
        int vips = 2 * (Way.values().length + SPEC.services().size());
        assertEquals(vips * SPEC.weights().size(), members.get("total").getAsInt());
    }

    private static int ports(int count) {
        return NEXT_PORT.getAndAdd(count);
    }

    private static void holds(Check check) {
        assertTrue(check.ok(), () -> check.name() + ": " + check.value() + "; expected: " + check.expected());
    }
}
