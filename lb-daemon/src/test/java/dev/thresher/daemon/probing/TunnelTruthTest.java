// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.probing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.Decapsulation;
import dev.thresher.bpf.NetworkInterfaces;
import dev.thresher.bpf.XdpLink;
import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.ProgramSettings;
import dev.thresher.bpf.layout.VipMatch;
import dev.thresher.config.CheckThresholds;
import dev.thresher.config.CheckTiming;
import dev.thresher.config.Encapsulation;
import dev.thresher.config.HealthCheck;
import dev.thresher.config.IpText;
import dev.thresher.config.ProbeKind;
import dev.thresher.healthcheck.Health;
import dev.thresher.healthcheck.HealthChecker;
import dev.thresher.healthcheck.LastProbe;
import dev.thresher.healthcheck.ProbeResult.Outcome;
import dev.thresher.healthcheck.Target;
import dev.thresher.healthcheck.TargetHealth;
import dev.thresher.healthcheck.Transition;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Probes through the tunnel tell what clients meet: on a real kernel, from a load balancer to a real server whose service
 * runs all the time.
 */
@Timeout(60)
class TunnelTruthTest {
    private static final Duration INTERVAL = Duration.ofMillis(200);
    private static final int FALL = 3;
    private static final Encapsulation GUE = Encapsulation.gue(Decapsulation.DEFAULT_GUE_PORT);

    @TempDir
    @SuppressWarnings("NullAway") // set by JUnit
    Path directory;

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final BlockingQueue<Transition> transitions = new LinkedBlockingQueue<>();
    private ProbeNetwork network;
    private int port;

    @BeforeEach
    void build() throws Exception {
        network = add(new ProbeNetwork());
        ServerSocket service = add(network.callOnReal(() -> {
            ServerSocket socket = new ServerSocket();
            socket.bind(new InetSocketAddress("::", 0), 1024);
            return socket;
        }));
        port = service.getLocalPort();
    }

    @AfterEach
    void close() throws Exception {
        while (!parts.isEmpty()) {
            parts.pop().close();
        }
    }

    private <T extends AutoCloseable> T add(T part) {
        parts.push(part);
        return part;
    }

    static Stream<Arguments> ways() {
        return Stream.of(Encapsulation.IPIP, GUE)
                .flatMap(encapsulation -> Stream.of(ProbeNetwork.VIP4, ProbeNetwork.VIP6)
                        .flatMap(vip -> Stream.of(ProbeNetwork.REAL4, ProbeNetwork.REAL6)
                                .map(real -> Arguments.of(encapsulation, vip, real))));
    }

    @ParameterizedTest(name = "{0}, VIP {1} at real server {2}")
    @MethodSource("ways")
    void aRealServerThatIsSetUp_isUp(Encapsulation encapsulation, String vip, String real) throws Exception {
        add(network.decapsulate());
        start(target(vip, real, encapsulation));
        assertEquals(Health.UP, next().to());
    }

    @Test
    void aRealServerOnTheSameSegment_isReachedWithoutAnOuterHeader() throws Exception {
        start(target(ProbeNetwork.VIP4, ProbeNetwork.REAL4, Encapsulation.L2));
        assertEquals(Health.UP, next().to());
    }

    @ParameterizedTest(name = "{0}, VIP {1} at real server {2}")
    @MethodSource("ways")
    void aRealServerWithoutDecapsulation_isDownWithinFallIntervals(Encapsulation encapsulation, String vip, String real)
            throws Exception {
        XdpLink decapsulation = network.decapsulate();
        start(target(vip, real, encapsulation));
        assertEquals(Health.UP, next().to());

        long before = System.nanoTime();
        decapsulation.close();
        assertEquals(Health.DOWN, next().to());
        assertWithinFallIntervals(before);
    }

    @ParameterizedTest(name = "{0}, VIP {1} at real server {2}")
    @MethodSource("ways")
    void aRealServerWithoutTheVip_isDownWithinFallIntervals(Encapsulation encapsulation, String vip, String real)
            throws Exception {
        add(network.decapsulate());
        start(target(vip, real, encapsulation));
        assertEquals(Health.UP, next().to());

        long before = System.nanoTime();
        network.removeVips();
        assertEquals(Health.DOWN, next().to());
        assertWithinFallIntervals(before);

        network.addVips();
        assertEquals(Health.UP, next().to());
    }

    static Stream<Arguments> kinds() {
        Stream<String> names = Stream.of("tcp", "http", "tls", "https", "grpc", "udp", "dns", "icmp");
        return names.flatMap(name -> Stream.of(
                Arguments.of(name, Encapsulation.IPIP, ProbeNetwork.VIP4, ProbeNetwork.REAL4),
                Arguments.of(name, GUE, ProbeNetwork.VIP6, ProbeNetwork.REAL6)));
    }

    @ParameterizedTest(name = "{0} by {1}, VIP {2} at real server {3}")
    @MethodSource("kinds")
    void everyKindOfProbe_findsWhatClientsMeet(String kind, Encapsulation encapsulation, String vip, String real)
            throws Exception {
        XdpLink decapsulation = network.decapsulate();
        TestServices services = add(network.callOnReal(() -> new TestServices(directory, vip)));
        start(target(vip, real, encapsulation, services.check(kind)));
        next(Health.UP);
        decapsulation.close();
        assertEquals(Health.DOWN, next().to());
    }

    @Test
    void realServersThatLoseDecapsulationAtOnce_areAllDownWithinFallIntervals() throws Exception {
        XdpLink decapsulation = network.decapsulate();
        start(target(ProbeNetwork.VIP4, ProbeNetwork.REAL4), target(ProbeNetwork.VIP4, ProbeNetwork.REAL6));
        next(Health.UP);
        next(Health.UP);

        long before = System.nanoTime();
        decapsulation.close();
        assertEquals(Health.DOWN, next().to());
        assertEquals(Health.DOWN, next().to());
        assertWithinFallIntervals(before);

        add(network.decapsulate());
        assertEquals(Health.UP, next().to());
        assertEquals(Health.UP, next().to());
    }

    /** The probe before, the ones that fail, and each one's timeout; twice over for a busy machine. */
    private static void assertWithinFallIntervals(long sinceNanos) {
        Duration took = Duration.ofNanos(System.nanoTime() - sinceNanos);
        assertTrue(took.compareTo(INTERVAL.multipliedBy(2 * (FALL + 2))) < 0, "it took " + took);
    }

    @Test
    void withoutItsRoute_noPacketLeaves() throws Exception {
        add(network.decapsulate());
        Target target = target(ProbeNetwork.VIP4, ProbeNetwork.REAL4);
        KernelTunnel tunnel = tunnel();
        HealthChecker checker = check(tunnel, target);
        LastProbe probe = firstProbe(checker, target);
        assertEquals(Outcome.INCONCLUSIVE, probe.result().outcome());
        assertEquals(
                "no tunnel to 198.18.0.2: its next hop is not known",
                probe.result().text());
        assertEquals(Health.UNKNOWN, health(checker, target));
    }

    @Test
    void withoutItsProgram_anAnswerByAnotherWayIsNoSuccess() throws Exception {
        add(network.decapsulate());
        Target target = target(ProbeNetwork.VIP4, ProbeNetwork.REAL4);
        KernelTunnel tunnel = tunnel();
        network.callOnBalancer(() -> {
            tunnel.update(Map.of(target, member(target)));
            tunnel.loseProgram();
            return true;
        });
        HealthChecker checker = check(tunnel, target);
        LastProbe probe = firstProbe(checker, target);
        assertEquals(Outcome.INCONCLUSIVE, probe.result().outcome());
        assertEquals(
                "not counted, because its packets did not go through the tunnel: connected",
                probe.result().text(),
                "the bare packet was answered, as it would be by some real server behind a balancer");
        assertEquals(Health.UNKNOWN, health(checker, target));
    }

    @Test
    void aVipThatIsTheBalancersOwn_cannotBeProbedAndSaysSo() throws Exception {
        network.onBalancer("addr add " + ProbeNetwork.VIP4 + "/32 dev lo");
        Target target = target(ProbeNetwork.VIP4, ProbeNetwork.REAL4);
        HealthChecker checker = start(target);
        assertTrue(firstProbe(checker, target).result().text().contains("203.0.113.10 is an address of this host"));
    }

    @Test
    void withoutARouteToTheVip_theProbeIsNotHeldAgainstTheRealServer() throws Exception {
        network.onBalancer("route del default via " + ProbeNetwork.REAL4);
        Target target = target(ProbeNetwork.VIP4, ProbeNetwork.REAL4);
        HealthChecker checker = start(target);
        assertTrue(firstProbe(checker, target).result().text().contains("this host has no route to the VIP"));
        assertEquals(Health.UNKNOWN, health(checker, target));
    }

    private HealthChecker start(Target... targets) throws Exception {
        KernelTunnel tunnel = tunnel();
        network.callOnBalancer(() -> {
            Map<Target, ProbedMember> members = new HashMap<>();
            for (Target target : targets) {
                members.put(target, member(target));
            }
            tunnel.update(members);
            return true;
        });
        return check(tunnel, targets);
    }

    private KernelTunnel tunnel() throws Exception {
        return add(network.callOnBalancer(() ->
                KernelTunnel.open(settings(), NetworkInterfaces.indexOf("eth0").orElseThrow())));
    }

    private HealthChecker check(KernelTunnel tunnel, Target... targets) throws Exception {
        return add(network.callOnBalancer(() -> {
            HealthChecker checker = HealthChecker.open(tunnel, (any, transition) -> transitions.add(transition));
            checker.update(List.of(targets)).join();
            return checker;
        }));
    }

    private Transition next() throws InterruptedException {
        Transition transition = transitions.poll(30, TimeUnit.SECONDS);
        assertNotNull(transition, "no transition");
        return transition;
    }

    /** Waits for it: the first probes of a kind may take longer than they have, as they load its classes. */
    private void next(Health to) throws InterruptedException {
        Transition transition = next();
        while (transition.to() != to) {
            transition = next();
        }
    }

    private static LastProbe firstProbe(HealthChecker checker, Target target) {
        while (true) {
            LastProbe probe = known(checker, target).lastProbe();
            if (probe != null) {
                return probe;
            }
            Thread.onSpinWait();
        }
    }

    private static Health health(HealthChecker checker, Target target) {
        return known(checker, target).state().health();
    }

    private static TargetHealth known(HealthChecker checker, Target target) {
        return Objects.requireNonNull(checker.snapshot().get(target));
    }

    private Target target(String vip, String real) {
        return target(vip, real, Encapsulation.IPIP);
    }

    private Target target(String vip, String real, Encapsulation encapsulation) {
        return target(vip, real, encapsulation, new ProbeKind.Tcp(port));
    }

    private static Target target(String vip, String real, Encapsulation encapsulation, ProbeKind kind) {
        HealthCheck check = new HealthCheck(kind)
                .with(HealthCheck.Via.TUNNEL)
                .with(CheckTiming.every(INTERVAL))
                .with(CheckThresholds.of(2, FALL));
        return new Target(IpText.parse(real), new Target.Way.Tunnel(IpText.parse(vip), encapsulation), check);
    }

    private ProbedMember member(Target target) throws Exception {
        InetAddress vip = target.destination();
        MemberRecord record = new MemberRecord(
                new VipMatch(vip, port, 6),
                MemberState.DOWN,
                target.real(),
                new MemberRecord.NextHop(MacAddress.of(network.macOfReal()), MacAddress.of(network.macOfBalancer())),
                encapsulation(target),
                0,
                false);
        return new ProbedMember(record, 0);
    }

    private static MemberRecord.Encapsulation encapsulation(Target target) {
        Encapsulation wanted = ((Target.Way.Tunnel) target.way()).encapsulation();
        return switch (wanted.kind()) {
            case IPIP -> MemberRecord.Encapsulation.IPIP;
            case GUE -> MemberRecord.Encapsulation.gue(wanted.guePort());
            case L2 -> MemberRecord.Encapsulation.L2;
        };
    }

    private static ProgramSettings settings() {
        return new ProgramSettings(
                new ProgramSettings.HashKey(1, 2, 3, 5),
                new ProgramSettings.OuterSource(0xac100000, 0xffff, 0x0100L << 48, 0, -1L),
                1,
                new ProgramSettings.Ticks(8, 60, 900, 60),
                0,
                true);
    }
}
