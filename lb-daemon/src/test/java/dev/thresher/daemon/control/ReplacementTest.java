// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.config.CapacitySettings;
import dev.thresher.config.Config;
import dev.thresher.config.HealthCheck;
import dev.thresher.config.IpText;
import dev.thresher.config.Member;
import dev.thresher.config.Pool;
import dev.thresher.config.Real;
import dev.thresher.config.Vip;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.datapath.MemoryDatapath;
import dev.thresher.daemon.nexthop.Resolution;
import dev.thresher.daemon.probing.ProbePaths;
import dev.thresher.healthcheck.Target;
import dev.thresher.healthcheck.TargetHealth;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A configuration that follows another while the controller runs. */
@Timeout(60)
class ReplacementTest {
    private static final MacAddress OURS = MacAddress.of(new byte[] {2, 0, 0, 0, 0, 1});
    private static final MacAddress GATEWAY = MacAddress.of(new byte[] {2, 0, 0, 0, 0, 2});
    private static final Vip WEB = vip("203.0.113.10:80/tcp", "web");
    private static final Vip MAIL = vip("203.0.113.10:25/tcp", "mail");
    private static final Pool WEB_POOL = pool("web", real("10.0.0.2", 1), real("10.0.0.3", 1));
    private static final Pool MAIL_POOL = pool("mail", real("10.0.0.4", 1), real("10.0.0.5", 1));
    private static final Config BOTH = Configs.of(List.of(WEB_POOL, MAIL_POOL), WEB, MAIL);

    private final MemoryDatapath maps = new MemoryDatapath(4, 8);
    private final RecordedNextHops nextHops = new RecordedNextHops();

    /** Next hops that are resolved at once, and what was asked of them. */
    private static final class RecordedNextHops implements NextHops {
        private final List<Set<InetAddress>> followed = new ArrayList<>();
        private Consumer<Map<InetAddress, Resolution>> listener = changes -> {};

        @Override
        public void follow(Collection<InetAddress> reals, Consumer<Map<InetAddress, Resolution>> changeListener) {
            listener = changeListener;
            update(reals);
        }

        @Override
        public void update(Collection<InetAddress> reals) {
            Set<InetAddress> before = followed.isEmpty() ? Set.of() : followed.get(followed.size() - 1);
            followed.add(Set.copyOf(reals));
            listener.accept(reals.stream()
                    .filter(real -> !before.contains(real))
                    .collect(Collectors.toMap(Function.identity(), real -> resolved(real))));
        }

        Set<InetAddress> latest() {
            return followed.get(followed.size() - 1);
        }

        @Override
        public void close() {}
    }

    private static Resolution resolved(InetAddress real) {
        return new Resolution.Resolved(GATEWAY, OURS, real, Resolution.Resolved.SAME_PORT, 1500);
    }

    private static Vip vip(String key, String pool) {
        return new Vip(VipKey.parse(key), pool, true);
    }

    private static Pool pool(String name, Real... reals) {
        return Configs.pool(name, HealthCheck.none(), reals);
    }

    private static Real real(String address, int weight) {
        return new Real(IpText.parse(address), weight);
    }

    private Controller started(Config config) throws Exception {
        Controller controller = new Controller(config, maps, OURS, nextHops, ProbePaths.direct(), () -> {});
        controller.start(Duration.ZERO);
        maps.takeCalls();
        return controller;
    }

    private static Member member(Vip vip, String real) {
        return new Member(vip.key(), IpText.parse(real));
    }

    private static int vipId(Controller controller, Vip vip) {
        return Objects.requireNonNull(controller.published().vipIds().get(vip.key()));
    }

    private static int memberId(Controller controller, Member member) {
        return Objects.requireNonNull(controller.published().memberIds().get(member));
    }

    @Test
    void sameConfiguration_writesNothing() throws Exception {
        try (Controller controller = started(BOTH)) {
            controller.replace(BOTH);
            assertEquals(0, maps.takeCalls());
        }
    }

    @Test
    void otherCapacity_resizesTheMapsAndWritesNothing() throws Exception {
        try (Controller controller = started(BOTH)) {
            controller.replace(Configs.with(BOTH, new CapacitySettings(7, 70, 700, 700)));
            assertEquals(1, maps.takeCalls());
            assertEquals(7, maps.vipCapacity());
            assertEquals(71, maps.memberCapacity());
        }
    }

    @Test
    void capacityBelowWhatIsInUse_isRefusedWithTheNumber_andAllStays() throws Exception {
        try (Controller controller = started(BOTH)) {
            ActivationException refused = assertThrows(
                    ActivationException.class,
                    () -> controller.replace(Configs.with(BOTH, new CapacitySettings(1, 70, 700, 700))));
            assertTrue(
                    String.valueOf(refused.getMessage()).contains("2 VIPs are in use, so the maps cannot shrink to 1"),
                    refused::getMessage);
            assertEquals(BOTH, controller.published().config());
        }
    }

    @Test
    void sameConfigurationInAnotherOrder_writesNothing() throws Exception {
        try (Controller controller = started(BOTH)) {
            Pool turned = pool("web", real("10.0.0.3", 1), real("10.0.0.2", 1));
            controller.replace(Configs.of(List.of(MAIL_POOL, turned), MAIL, WEB));
            assertEquals(0, maps.takeCalls());
        }
    }

    @Test
    void weightInOnePool_writesThatVipsTableOnly() throws Exception {
        try (Controller controller = started(BOTH)) {
            int mail = vipId(controller, MAIL);
            int web = vipId(controller, WEB);
            int[] mailTable = maps.tablesById().get(mail);
            int[] webTable = maps.tablesById().get(web);
            Pool heavier = pool("web", real("10.0.0.2", 1), real("10.0.0.3", 2));
            controller.replace(Configs.of(List.of(heavier, MAIL_POOL), WEB, MAIL));
            assertEquals(1, maps.takeCalls(), "one table, no member, no VIP");
            assertSame(mailTable, maps.tablesById().get(mail));
            assertFalse(Arrays.equals(webTable, maps.tablesById().get(web)));
        }
    }

    @Test
    void newRealServer_servesWhenReplaceReturns() throws Exception {
        try (Controller controller = started(BOTH)) {
            Pool larger = pool("web", real("10.0.0.2", 1), real("10.0.0.3", 1), real("10.0.0.9", 1));
            controller.replace(Configs.of(List.of(larger, MAIL_POOL), WEB, MAIL));
            int id = memberId(controller, member(WEB, "10.0.0.9"));
            assertEquals(MemberState.UP, maps.member(id).state());
            assertEquals(2, maps.takeCalls(), "the member and the table");
            assertTrue(nextHops.latest().contains(IpText.parse("10.0.0.9")));
        }
    }

    @Test
    void vipsAndRealServersThatGo_areGoneFromEverywhere() throws Exception {
        try (Controller controller = started(BOTH)) {
            int kept = memberId(controller, member(WEB, "10.0.0.2"));
            controller.replace(Configs.of(List.of(pool("web", real("10.0.0.2", 1))), WEB));
            assertEquals(Set.of(WEB.key()), maps.vips().keySet());
            assertEquals(Set.of(kept), maps.members().keySet());
            assertEquals(Set.of(IpText.parse("10.0.0.2")), nextHops.latest());
            assertEquals(
                    Set.of(IpText.parse("10.0.0.2")),
                    controller.published().nextHops().keySet());
            assertEquals(1, controller.checker().snapshot().size());
        }
    }

    @Test
    void realServerThatComesBack_isResolvedAgain() throws Exception {
        try (Controller controller = started(BOTH)) {
            Config without = Configs.of(List.of(WEB_POOL), WEB);
            controller.replace(without);
            controller.replace(without);
            controller.replace(BOTH);
            int id = memberId(controller, member(MAIL, "10.0.0.4"));
            assertEquals(MemberState.UP, maps.member(id).state());
        }
    }

    @Test
    void healthOfWhatStays_isKept() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            HealthCheck check = Configs.tcp(server.getLocalPort(), Duration.ofMillis(100));
            Real local = new Real(server.getInetAddress(), 1);
            Pool probed = Configs.pool("web", check, local);
            CountDownLatch serves = new CountDownLatch(1);
            maps.afterEachStep(() -> {
                if (maps.tablesById().size() == 2) {
                    serves.countDown();
                }
            });
            try (Controller controller = started(Configs.of(List.of(probed, MAIL_POOL), WEB, MAIL))) {
                assertTrue(serves.await(30, TimeUnit.SECONDS));
                Target target = new Target(local.address(), check);
                TargetHealth before =
                        Objects.requireNonNull(controller.checker().snapshot().get(target));
                controller.replace(Configs.of(
                        List.of(Configs.pool("renamed", check, local)), vip("203.0.113.10:80/tcp", "renamed")));
                TargetHealth after =
                        Objects.requireNonNull(controller.checker().snapshot().get(target));
                assertEquals(before.state().health(), after.state().health());
                assertEquals(before.state().sinceNanos(), after.state().sinceNanos());
                int id = memberId(controller, new Member(WEB.key(), local.address()));
                assertEquals(MemberState.UP, maps.member(id).state());
            }
        }
    }

    @Test
    void moreThanFits_isRefusedAndNothingChanges() throws Exception {
        try (Controller controller = started(BOTH)) {
            Vip[] many = new Vip[5];
            for (int i = 0; i < many.length; i++) {
                many[i] = vip("203.0.113.10:" + (100 + i) + "/tcp", "web");
            }
            ActivationException refusal = assertThrows(
                    ActivationException.class, () -> controller.replace(Configs.of(List.of(WEB_POOL), many)));
            assertTrue(refusal.isForLackOfRoom());
            assertTrue(String.valueOf(refusal.getMessage()).contains("room for"), refusal::getMessage);
            assertEquals(0, maps.takeCalls());
            assertEquals(BOTH, controller.published().config());
            assertEquals(4, controller.checker().snapshot().size());
            assertEquals(4, nextHops.latest().size());
        }
    }

    @Test
    void writeThatFails_putsEverythingBack() throws Exception {
        try (Controller controller = started(BOTH)) {
            Map<Integer, int[]> tables = Map.copyOf(maps.tablesById());
            Pool other = pool("web", real("10.0.0.2", 3), real("10.0.0.9", 1));
            for (int steps = 0; steps < 3; steps++) {
                maps.failAfter(steps);
                ActivationException refusal = assertThrows(
                        ActivationException.class,
                        () -> controller.replace(Configs.of(List.of(other, MAIL_POOL), WEB, MAIL)));
                assertFalse(refusal.isForLackOfRoom());
                // A change that is none waits for what was asked of the thread before.
                controller.replace(BOTH);
                assertEquals(BOTH, controller.published().config());
                assertEquals(2, maps.vips().size());
                assertEquals(4, maps.members().size());
                tables.forEach((id, slots) ->
                        assertArrayEquals(slots, maps.tablesById().get(id)));
            }
        }
    }

    @Test
    void writeThatFails_leavesHistoryAndCountsOfWhatItWouldHaveRemoved() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            HealthCheck check = Configs.tcp(server.getLocalPort(), Duration.ofMillis(100));
            Target target = new Target(server.getInetAddress(), check);
            Pool probed = Configs.pool("web", check, new Real(target.real(), 1));
            CountDownLatch serves = new CountDownLatch(1);
            maps.afterEachStep(() -> {
                if (maps.tablesById().size() == 2) {
                    serves.countDown();
                }
            });
            Config config = Configs.of(List.of(probed, MAIL_POOL), WEB, MAIL);
            try (Controller controller = started(config)) {
                assertTrue(serves.await(30, TimeUnit.SECONDS));
                controller.replace(config); // waits for what is under way
                TargetHealth before = health(controller, target);
                maps.failAfter(0);
                assertThrows(ActivationException.class, () -> controller.replace(BOTH));
                TargetHealth after = health(controller, target);
                assertEquals(before.history(), after.history());
                assertEquals(before.state().sinceNanos(), after.state().sinceNanos());
                assertTrue(after.state().successes() >= before.state().successes(), "counts go on");
                assertTrue(after.lastProbe() != null, "the last probe is known");
            }
        }
    }

    private static TargetHealth health(Controller controller, Target target) {
        return Objects.requireNonNull(controller.checker().snapshot().get(target));
    }
}
