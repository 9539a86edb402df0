// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.config.Config;
import dev.thresher.config.Failover;
import dev.thresher.config.HealthCheck;
import dev.thresher.config.IpText;
import dev.thresher.config.Real;
import dev.thresher.config.Vip;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.datapath.MemoryDatapath;
import dev.thresher.daemon.health.HealthEvent;
import dev.thresher.daemon.health.HealthFeed.Subscription;
import dev.thresher.daemon.nexthop.Resolution;
import dev.thresher.daemon.plan.VipPlan;
import dev.thresher.daemon.plan.VipPlan.Mode;
import dev.thresher.daemon.probing.ProbePaths;
import dev.thresher.daemon.state.HealthState;
import dev.thresher.healthcheck.Order;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ControllerTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final MacAddress OURS = MacAddress.of(new byte[] {2, 0, 0, 0, 0, 1});
    private static final InetAddress REAL = IpText.parse("127.0.0.1");
    private static final Vip VIP = new Vip(VipKey.parse("203.0.113.10:80/tcp"), "web", true);

    private final MemoryDatapath maps = new MemoryDatapath(4, 8);
    private final ManualNextHops nextHops = new ManualNextHops();

    /** Next hops that change when the test says so. */
    private static final class ManualNextHops implements NextHops {
        private Consumer<Map<InetAddress, Resolution>> listener = changes -> {};

        @Override
        public void follow(Collection<InetAddress> reals, Consumer<Map<InetAddress, Resolution>> changeListener) {
            listener = changeListener;
            change(reals, resolved(1));
        }

        @Override
        public void update(Collection<InetAddress> reals) {
            change(reals, resolved(1));
        }

        void change(Collection<InetAddress> reals, Resolution resolution) {
            listener.accept(reals.stream().collect(Collectors.toMap(Function.identity(), real -> resolution)));
        }

        @Override
        public void close() {}
    }

    private static MacAddress gateway(int number) {
        return MacAddress.of(new byte[] {2, 0, 0, 0, 1, (byte) number});
    }

    private static Resolution resolved(int number) {
        return new Resolution.Resolved(gateway(number), OURS, REAL, Resolution.Resolved.SAME_PORT, 1500);
    }

    private static Config config(HealthCheck check) {
        return Configs.of(List.of(Configs.pool("web", check, new Real(REAL, 1))), VIP);
    }

    private Controller controller(HealthCheck check) {
        return new Controller(config(check), maps, OURS, nextHops, ProbePaths.direct(), () -> {});
    }

    private MemberRecord member() {
        return maps.member(1);
    }

    private static int unusedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, REAL)) {
            return socket.getLocalPort();
        }
    }

    private static void await(BooleanSupplier condition) {
        assertTimeoutPreemptively(LONG, () -> {
            while (!condition.getAsBoolean()) {
                Thread.onSpinWait();
            }
        });
    }

    @Test
    void start_returnsOnceTheMapsHoldTheFirstState() throws IOException {
        try (Controller controller = controller(HealthCheck.none())) {
            controller.start(Duration.ZERO);
            assertEquals(1, maps.tables().size());
            assertEquals(MemberState.UP, member().state());
            assertEquals(new NextHop(gateway(1), OURS, 1500, 0, NextHop.UNTAGGED), member().nextHop());
            assertEquals(Map.of(VIP.key(), 0), controller.published().vipIds());
            assertTrue(controller.failure().isEmpty());
        }
    }

    @Test
    void start_cold_sendsNothingToRealsThatNobodyProbed() throws IOException {
        try (Controller controller = controller(Configs.tcp(unusedPort(), Duration.ofHours(1)))) {
            controller.start(Duration.ZERO);
            assertEquals(MemberState.DOWN, member().state());
            assertTrue(maps.tables().isEmpty());
            assertTrue(maps.vips().containsKey(VIP.key()));
        }
    }

    @Test
    void start_afterARestart_keepsServingWhatTheMapsSay() throws IOException {
        try (Controller controller = controller(HealthCheck.none())) {
            controller.start(Duration.ZERO);
        }
        try (Controller controller = controller(Configs.tcp(unusedPort(), Duration.ofHours(1)))) {
            controller.start(Duration.ZERO);
            assertEquals(MemberState.UP, member().state());
            assertEquals(1, maps.tables().size());
        }
    }

    @Test
    void start_withPatience_waitsForVerdicts() throws IOException {
        try (ServerSocket real = new ServerSocket(0, 8, REAL);
                Controller controller = controller(Configs.tcp(real.getLocalPort(), Duration.ofMillis(100)))) {
            controller.start(LONG);
            assertEquals(MemberState.UP, member().state());
        }
    }

    @Test
    void start_thatCannotWrite_saysWhy() {
        try (Controller controller = controller(HealthCheck.none())) {
            maps.failAfter(0);
            IOException error = assertThrows(IOException.class, () -> controller.start(Duration.ZERO));
            assertEquals(
                    "cannot bring the maps to the wanted state: the kernel refuses this write", error.getMessage());
        }
    }

    @Test
    void start_withMoreThanFits_writesNothing() {
        Vip[] vips = new Vip[5];
        for (int i = 0; i < vips.length; i++) {
            vips[i] = new Vip(VipKey.parse("203.0.113.1" + i + ":80/tcp"), "web", true);
        }
        Config config = Configs.of(List.of(Configs.pool("web", HealthCheck.none(), new Real(REAL, 1))), vips);
        try (Controller controller = new Controller(config, maps, OURS, nextHops, ProbePaths.direct(), () -> {})) {
            IOException error = assertThrows(IOException.class, () -> controller.start(Duration.ZERO));
            assertTrue(String.valueOf(error.getMessage()).contains("room for 4 VIPs"), error::getMessage);
            assertEquals(0, maps.takeCalls());
        }
    }

    @Test
    void write_thatFails_isToldAndRetried() throws Exception {
        try (Controller controller = controller(HealthCheck.none())) {
            controller.start(Duration.ZERO);
            CountDownLatch retried = new CountDownLatch(1);
            maps.afterEachStep(retried::countDown);
            maps.failAfter(0);
            nextHops.change(List.of(REAL), resolved(2));
            await(() -> controller.failure().isPresent());
            assertEquals(
                    "cannot bring the maps to the wanted state: the kernel refuses this write",
                    controller.failure().orElseThrow());
            assertEquals(gateway(1), member().nextHop().destination());

            assertTrue(retried.await(LONG.toSeconds(), TimeUnit.SECONDS));
            await(() -> controller.failure().isEmpty());
            assertEquals(gateway(2), member().nextHop().destination());
        }
    }

    @Test
    void nextHop_thatIsLost_isKept() throws Exception {
        try (Controller controller = controller(HealthCheck.none())) {
            controller.start(Duration.ZERO);
            nextHops.change(List.of(REAL), new Resolution.Unresolved("127.0.0.1 does not answer ARP", false));
            await(() -> !controller.published().doubts().isEmpty());
            assertEquals(
                    List.of("127.0.0.1 does not answer ARP: packets for 127.0.0.1 go on to the last known next hop, "
                            + gateway(1)),
                    controller.published().doubts());
            CountDownLatch written = new CountDownLatch(1);
            maps.afterEachStep(written::countDown);
            nextHops.change(List.of(REAL), resolved(3));
            assertTrue(written.await(LONG.toSeconds(), TimeUnit.SECONDS));
            assertEquals(MemberState.UP, member().state(), "it was up all the time: one write, of the next hop");
        }
        assertEquals(gateway(3), member().nextHop().destination());
    }

    @Test
    void wayThatIsGone_takesTheRealOut_untilItIsBack() throws Exception {
        try (Controller controller = controller(HealthCheck.none())) {
            controller.start(Duration.ZERO);
            nextHops.change(List.of(REAL), new Resolution.Unresolved("no route to 127.0.0.1", true));
            await(() -> member().state() == MemberState.DOWN);
            await(() -> controller.published().nextHops().get(REAL) instanceof Resolution.Unresolved);
            assertTrue(maps.tables().isEmpty());
            nextHops.change(List.of(REAL), resolved(2));
            await(() -> member().state() == MemberState.UP);
            assertEquals(gateway(2), member().nextHop().destination());
        }
    }

    @Test
    void verdict_changesTheTable() throws Exception {
        try (ServerSocket real = new ServerSocket(0, 8, REAL)) {
            CountDownLatch served = new CountDownLatch(1);
            maps.afterEachStep(() -> {
                if (!maps.tables().isEmpty()) {
                    served.countDown();
                }
            });
            try (Controller controller = controller(Configs.tcp(real.getLocalPort(), Duration.ofMillis(100)))) {
                controller.start(Duration.ZERO);
                assertTrue(served.await(LONG.toSeconds(), TimeUnit.SECONDS));
            }
        }
    }

    @Test
    void order_isNewsOfTheMemberAndOfItsVip() throws Exception {
        try (Controller controller = controller(HealthCheck.none())) {
            controller.start(Duration.ZERO);
            CountDownLatch news = new CountDownLatch(2);
            Subscription subscription = controller.feed().subscribe(event -> true, news::countDown);
            controller.checker().order(REAL, Order.MAINTENANCE, "a test wants it");
            assertTrue(news.await(LONG.toSeconds(), TimeUnit.SECONDS));

            List<HealthEvent> events = subscription.take(3).events();
            HealthEvent.MemberChanged member = (HealthEvent.MemberChanged) events.get(0);
            assertEquals(REAL, member.real());
            assertEquals(HealthState.UNCHECKED, member.change().from());
            assertEquals(HealthState.MAINTENANCE, member.change().to());
            assertEquals("a test wants it", member.change().reason());
            HealthEvent.ServingChanged serving = (HealthEvent.ServingChanged) events.get(1);
            assertEquals(VIP.key(), serving.vip());
            assertEquals(Mode.NONE, serving.to());
            assertTrue(maps.tables().isEmpty());
        }
    }

    @Test
    void fallback_servesWhileItsPoolCannot() throws Exception {
        InetAddress spare = IpText.parse("127.0.0.2");
        Config config = Configs.of(
                List.of(
                        Configs.pool("web", HealthCheck.none(), new Real(REAL, 1)),
                        Configs.pool("spare", HealthCheck.none(), new Real(spare, 1))),
                VIP.with(new Failover(List.of("spare"), Failover.DeadFlows.REPICK)));
        try (Controller controller = new Controller(config, maps, OURS, nextHops, ProbePaths.direct(), () -> {})) {
            controller.start(Duration.ZERO);
            assertEquals("web", plan(controller).pool());
            controller.checker().order(REAL, Order.MAINTENANCE, "a test wants it");
            await(() -> plan(controller).mode() == Mode.FALLBACK);
            assertEquals("spare", plan(controller).pool());
            controller.checker().order(REAL, Order.SERVE, "and no longer");
            await(() -> plan(controller).mode() == Mode.NORMAL);
            assertEquals("web", plan(controller).pool());
        }
    }

    private static VipPlan plan(Controller controller) {
        return Objects.requireNonNull(controller.published().plans().get(VIP.key()));
    }
}
