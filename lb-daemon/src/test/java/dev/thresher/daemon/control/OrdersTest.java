// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.config.Config;
import dev.thresher.config.HealthCheck;
import dev.thresher.config.IpText;
import dev.thresher.config.Member;
import dev.thresher.config.MemberOverride;
import dev.thresher.config.Order;
import dev.thresher.config.Real;
import dev.thresher.config.Vip;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.datapath.MemoryDatapath;
import dev.thresher.daemon.health.HealthEvent;
import dev.thresher.daemon.health.HealthFeed.Subscription;
import dev.thresher.daemon.nexthop.Resolution;
import dev.thresher.daemon.plan.VipPlan.MemberPlan;
import dev.thresher.daemon.probing.ProbePaths;
import dev.thresher.healthcheck.Health;
import dev.thresher.healthcheck.TargetHealth;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What operators order of real servers and members while the controller runs. Two VIPs share a pool and its probes. */
@Timeout(60)
class OrdersTest {
    private static final MacAddress OURS = MacAddress.of(new byte[] {2, 0, 0, 0, 0, 1});
    private static final InetAddress REAL = IpText.parse("127.0.0.1");
    private static final Vip HTTP = new Vip(VipKey.parse("203.0.113.10:80/tcp"), "web", true);
    private static final Vip OTHER = new Vip(VipKey.parse("203.0.113.11:80/tcp"), "web", true);

    private final MemoryDatapath maps = new MemoryDatapath(4, 8);
    private ServerSocket server;
    private Controller controller;

    /** Every real server is on the segment. */
    private static final class OnTheSegment implements NextHops {
        private Consumer<Map<InetAddress, Resolution>> listener = changes -> {};

        @Override
        public void follow(Collection<InetAddress> reals, Consumer<Map<InetAddress, Resolution>> changeListener) {
            listener = changeListener;
            update(reals);
        }

        @Override
        public void update(Collection<InetAddress> reals) {
            listener.accept(reals.stream()
                    .collect(Collectors.toMap(
                            real -> real,
                            real -> new Resolution.Resolved(OURS, OURS, real, Resolution.Resolved.SAME_PORT, 1500))));
        }

        @Override
        public void close() {}
    }

    @BeforeEach
    void start() throws Exception {
        server = new ServerSocket(0, 50, REAL);
        controller = new Controller(
                config(real(Order.SERVE)), maps, OURS, new OnTheSegment(), ProbePaths.direct(), () -> {});
        controller.start(Duration.ofSeconds(30));
        await(() -> state(HTTP) == MemberState.UP && state(OTHER) == MemberState.UP);
    }

    @AfterEach
    void stop() throws Exception {
        controller.close();
        server.close();
    }

    private static Real real(Order order) {
        return new Real(REAL, 3).with(order);
    }

    private Config config(Real real) {
        return config(real, HTTP, OTHER);
    }

    private Config config(Real real, Vip... vips) {
        HealthCheck check = Configs.tcp(server.getLocalPort(), Duration.ofMillis(100));
        return Configs.of(List.of(Configs.pool("web", check, real)), vips);
    }

    private static Vip with(Vip vip, MemberOverride override) {
        return vip.with(Map.of(REAL, override));
    }

    private MemberState state(Vip vip) {
        Integer id = controller.published().memberIds().get(new Member(vip.key(), REAL));
        return id == null ? MemberState.FREE : maps.member(id).state();
    }

    private MemberPlan plan(Vip vip) {
        return Objects.requireNonNull(controller.published().plans().get(vip.key()))
                .members()
                .get(0);
    }

    private TargetHealth target() {
        return controller.checker().snapshot().values().iterator().next();
    }

    private static void await(BooleanSupplier condition) {
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            while (!condition.getAsBoolean()) {
                Thread.onSpinWait();
            }
        });
    }

    @Test
    void drain_keepsFlowsAndTakesNoNewOnes_andEndsAsItWas() throws Exception {
        controller.replace(config(real(Order.DRAIN)));
        assertEquals(MemberState.DRAIN, state(HTTP));
        assertEquals(0, plan(HTTP).tableWeight());
        assertEquals(Health.DRAIN, target().state().health());

        controller.replace(config(real(Order.SERVE)));
        assertEquals(MemberState.UP, state(HTTP));
        assertEquals(3, plan(HTTP).effectiveWeight());
    }

    @Test
    void maintenance_isOutAndNotProbed_andThenUnknownUntilProbed() throws Exception {
        controller.replace(config(real(Order.MAINTENANCE)));
        assertEquals(MemberState.DOWN, state(HTTP));
        assertEquals(Health.MAINTENANCE, target().state().health());
        server.close();

        controller.replace(config(real(Order.SERVE)));
        await(() -> target().state().health() == Health.DOWN);
        assertEquals(
                List.of(Health.MAINTENANCE, Health.UNKNOWN),
                target().history().subList(1, 3).stream()
                        .map(transition -> transition.to())
                        .toList());
        assertEquals(MemberState.DOWN, state(HTTP));
    }

    @Test
    void maintenanceInOneVip_leavesTheOtherAndItsProbesAlone() throws Exception {
        Subscription news = controller.feed().subscribe(event -> true, () -> {});
        long upSince = target().state().sinceNanos();
        Vip out = with(HTTP, new MemberOverride(null, Order.MAINTENANCE));
        controller.replace(config(real(Order.SERVE), out, OTHER));
        assertEquals(MemberState.DOWN, state(HTTP));
        assertEquals(MemberState.UP, state(OTHER));
        assertEquals(Health.UP, target().state().health());

        controller.replace(config(real(Order.SERVE)));
        assertEquals(MemberState.UP, state(HTTP), "it is known to be up: nobody has to probe it first");
        assertEquals(upSince, target().state().sinceNanos());
        assertEquals(
                List.of(
                        "UP->MAINTENANCE maintenance is configured for this VIP",
                        "MAINTENANCE->UP serve is configured for this VIP"),
                news.take(10).events().stream()
                        .filter(HealthEvent.MemberChanged.class::isInstance)
                        .map(HealthEvent.MemberChanged.class::cast)
                        .filter(event -> event.vip().equals(HTTP.key()))
                        .map(event -> event.change().from() + "->"
                                + event.change().to() + " " + event.change().reason())
                        .toList());
    }

    @Test
    void drainInOneVip_isOfThatVipAlone() throws Exception {
        controller.replace(config(real(Order.SERVE), with(HTTP, new MemberOverride(null, Order.DRAIN)), OTHER));
        assertEquals(MemberState.DRAIN, state(HTTP));
        assertEquals(MemberState.UP, state(OTHER));
        assertEquals(Health.UP, target().state().health());
    }

    @Test
    void oneVipThatServes_isExemptFromADrainOfThePool() throws Exception {
        controller.replace(config(real(Order.DRAIN), HTTP, with(OTHER, new MemberOverride(null, Order.SERVE))));
        assertEquals(MemberState.DRAIN, state(HTTP));
        assertEquals(MemberState.UP, state(OTHER));
    }

    @Test
    void everyVipOnItsOwn_isAsGoodAsAllTogether() throws Exception {
        MemberOverride out = new MemberOverride(null, Order.MAINTENANCE);
        controller.replace(config(real(Order.SERVE), with(HTTP, out), with(OTHER, out)));
        assertEquals(Health.MAINTENANCE, target().state().health());
    }

    @Test
    void weightInOneVip_standsForThePools() throws Exception {
        controller.replace(config(real(Order.SERVE), with(HTTP, new MemberOverride(7, null)), OTHER));
        assertEquals(7, plan(HTTP).weight());
        assertEquals(3, plan(OTHER).weight());
        controller.replace(config(real(Order.SERVE), with(HTTP, new MemberOverride(0, null)), OTHER));
        assertEquals(MemberState.DRAIN, state(HTTP));
        assertEquals(MemberState.UP, state(OTHER));
    }

    @Test
    void maintenanceThatCannotBePutIntoForce_isTakenBack() {
        maps.failAfter(0);
        assertThrows(ActivationException.class, () -> controller.replace(config(real(Order.MAINTENANCE))));
        assertEquals(Order.SERVE, target().state().order());
        await(() -> target().state().verdict() == Health.UP);
        await(() -> state(HTTP) == MemberState.UP && controller.failure().isEmpty());
    }
}
