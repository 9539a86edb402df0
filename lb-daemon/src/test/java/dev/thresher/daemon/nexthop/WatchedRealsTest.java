// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import static dev.thresher.daemon.nexthop.WatchedReals.LOSS_GRACE_NANOS;
import static dev.thresher.daemon.nexthop.WatchedReals.NEIGHBOUR_SETTLE_NANOS;
import static dev.thresher.daemon.nexthop.WatchedReals.RESOLVED_RECHECK_NANOS;
import static dev.thresher.daemon.nexthop.WatchedReals.ROUTES_SETTLE_NANOS;
import static dev.thresher.daemon.nexthop.WatchedReals.UNRESOLVED_RECHECK_NANOS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.config.IpText;
import dev.thresher.daemon.nexthop.Resolution.Resolved;
import dev.thresher.daemon.nexthop.Resolution.Unresolved;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class WatchedRealsTest {
    private static final InetAddress REAL = IpText.parse("10.0.3.11");
    private static final InetAddress OTHER = IpText.parse("10.0.3.12");
    private static final InetAddress GATEWAY = IpText.parse("10.0.2.1");
    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:01");
    private static final MacAddress NEW_MAC = MacAddress.parse("02:00:00:00:00:02");
    private static final MacAddress OURS = MacAddress.parse("02:00:00:00:00:03");
    private static final Resolution RESOLVED = resolved(MAC);
    private static final Resolution MOVED = resolved(NEW_MAC);
    private static final Resolution NO_ROUTE = new Unresolved("no route", true);
    private static final Resolution SILENT = new Unresolved("the gateway 10.0.2.1 does not answer ARP", false);
    // Late enough that a clock which wraps is met.
    private static final long START = Long.MAX_VALUE - 1;

    private final Map<InetAddress, Resolution> kernel = new HashMap<>();
    private final List<InetAddress> asked = new ArrayList<>();
    private final WatchedReals reals = new WatchedReals(this::resolve);

    @Test
    void check_newReals_areResolvedAtOnceAndReported() {
        kernel.put(REAL, RESOLVED);
        reals.replace(List.of(REAL, OTHER), START);
        assertEquals(0, reals.nanosToNextCheck(START));
        assertEquals(Map.of(REAL, RESOLVED, OTHER, NO_ROUTE), reals.check(START));
    }

    @Test
    void check_nothingChanged_reportsNothing() {
        watch(REAL, RESOLVED);
        assertEquals(Map.of(), reals.check(START + RESOLVED_RECHECK_NANOS));
        assertEquals(List.of(REAL), asked);
    }

    @Test
    void nextCheck_ofAResolvedReal_isLaterThanOfAnUnresolved() {
        watch(REAL, RESOLVED);
        assertEquals(RESOLVED_RECHECK_NANOS, reals.nanosToNextCheck(START));
        reals.replace(List.of(REAL, OTHER), START);
        reals.check(START);
        assertEquals(UNRESOLVED_RECHECK_NANOS, reals.nanosToNextCheck(START));
    }

    @Test
    void nextCheck_ofNothing_isNever() {
        assertEquals(Long.MAX_VALUE, reals.nanosToNextCheck(START));
    }

    @Test
    void replace_keepsWhatIsKnownOfTheOthers() {
        watch(REAL, RESOLVED);
        reals.replace(List.of(OTHER, REAL), START);
        assertEquals(Map.of(OTHER, NO_ROUTE), reals.check(START));
        assertEquals(List.of(OTHER), asked);
    }

    @Test
    void replace_forgetsTheRemoved_soThatTheyAreReportedAnew() {
        watch(REAL, RESOLVED);
        reals.replace(List.of(), START);
        assertEquals(Long.MAX_VALUE, reals.nanosToNextCheck(START));
        reals.replace(List.of(REAL), START);
        assertEquals(Map.of(REAL, RESOLVED), reals.check(START));
    }

    @Test
    void routesChanged_longAfterTheLastCheck_isLookedAtNow() {
        watch(REAL, RESOLVED);
        long later = START + ROUTES_SETTLE_NANOS;
        kernel.put(REAL, MOVED);
        reals.onRoutesChanged(later);
        assertEquals(0, reals.nanosToNextCheck(later));
        assertEquals(Map.of(REAL, MOVED), reals.check(later));
    }

    @Test
    void routesChanged_inABurst_isLookedAtOnceItSettles() {
        watch(REAL, RESOLVED);
        for (long now = START; now - START < ROUTES_SETTLE_NANOS; now += ROUTES_SETTLE_NANOS / 10) {
            reals.onRoutesChanged(now);
            assertEquals(Map.of(), reals.check(now));
        }
        assertEquals(List.of(), asked);
        reals.check(START + ROUTES_SETTLE_NANOS);
        assertEquals(List.of(REAL), asked);
    }

    @Test
    void neighbourChanged_gatewayWithAnotherMac_isLookedAt() {
        watch(REAL, RESOLVED);
        kernel.put(REAL, MOVED);
        reals.onNeighbourChanged(neighbour(GATEWAY, Netlink.NUD_STALE, NEW_MAC), START);
        assertEquals(NEIGHBOUR_SETTLE_NANOS, reals.nanosToNextCheck(START));
        assertEquals(Map.of(REAL, MOVED), reals.check(START + NEIGHBOUR_SETTLE_NANOS));
    }

    @Test
    void neighbourChanged_gatewayGone_isLookedAt() {
        watch(REAL, RESOLVED);
        reals.onNeighbourChanged(neighbour(GATEWAY, Netlink.NUD_REACHABLE, MAC).forgotten(), START);
        assertEquals(NEIGHBOUR_SETTLE_NANOS, reals.nanosToNextCheck(START));
    }

    @Test
    void neighbourChanged_gatewayWithTheSameMac_isNoNews() {
        watch(REAL, RESOLVED);
        reals.onNeighbourChanged(neighbour(GATEWAY, Netlink.NUD_REACHABLE, MAC), START);
        assertEquals(RESOLVED_RECHECK_NANOS, reals.nanosToNextCheck(START));
    }

    @Test
    void neighbourChanged_gatewayGoesStale_isLookedAt() {
        watch(REAL, RESOLVED);
        reals.onNeighbourChanged(neighbour(GATEWAY, Netlink.NUD_STALE, MAC), START);
        assertEquals(NEIGHBOUR_SETTLE_NANOS, reals.nanosToNextCheck(START));
    }

    @Test
    void wayThatIsGone_isReportedOnceItLasted() {
        watch(REAL, RESOLVED);
        long gone = START + RESOLVED_RECHECK_NANOS;
        kernel.put(REAL, NO_ROUTE);
        assertEquals(Map.of(), reals.check(gone));
        assertEquals(LOSS_GRACE_NANOS, reals.nanosToNextCheck(gone));
        reals.onRoutesChanged(gone);
        assertEquals(Map.of(), reals.check(gone + LOSS_GRACE_NANOS - 1));
        assertEquals(Map.of(REAL, NO_ROUTE), reals.check(gone + LOSS_GRACE_NANOS));
        kernel.put(REAL, RESOLVED);
        reals.onRoutesChanged(gone + 2 * LOSS_GRACE_NANOS);
        assertEquals(Map.of(REAL, RESOLVED), reals.check(gone + 2 * LOSS_GRACE_NANOS), "to be back takes no time");
    }

    @Test
    void wayThatFlaps_isNoNews_andEachTimeCountsAnew() {
        watch(REAL, RESOLVED);
        long now = START;
        for (int flap = 0; flap < 10; flap++) {
            kernel.put(REAL, NO_ROUTE);
            reals.onRoutesChanged(now += ROUTES_SETTLE_NANOS);
            assertEquals(Map.of(), reals.check(now));
            reals.onRoutesChanged(now += ROUTES_SETTLE_NANOS);
            assertEquals(Map.of(), reals.check(now));
            kernel.put(REAL, RESOLVED);
            reals.onRoutesChanged(now += ROUTES_SETTLE_NANOS);
            assertEquals(Map.of(), reals.check(now));
        }
    }

    @Test
    void gatewayThatDoesNotAnswer_isReportedAtOnce() {
        watch(REAL, RESOLVED);
        kernel.put(REAL, SILENT);
        assertEquals(Map.of(REAL, SILENT), reals.check(START + RESOLVED_RECHECK_NANOS));
    }

    @Test
    void gatewayThatDidNotAnswer_thenNoWay_isReportedAtOnce() {
        watch(REAL, SILENT);
        kernel.put(REAL, NO_ROUTE);
        assertEquals(Map.of(REAL, NO_ROUTE), reals.check(START + UNRESOLVED_RECHECK_NANOS));
    }

    @Test
    void neighbourChanged_notTheGateway_isNoNewsToTheResolved() {
        watch(REAL, RESOLVED);
        reals.onNeighbourChanged(neighbour(OTHER, Netlink.NUD_REACHABLE, NEW_MAC), START);
        assertEquals(RESOLVED_RECHECK_NANOS, reals.nanosToNextCheck(START));
    }

    @Test
    void neighbourChanged_answers_isLookedAtForTheUnresolved() {
        watch(REAL, NO_ROUTE);
        reals.onNeighbourChanged(neighbour(GATEWAY, Netlink.NUD_REACHABLE, MAC), START);
        assertEquals(NEIGHBOUR_SETTLE_NANOS, reals.nanosToNextCheck(START));
    }

    @Test
    void neighbourChanged_doesNotAnswer_isNoNewsToTheUnresolved() {
        watch(REAL, NO_ROUTE);
        reals.onNeighbourChanged(neighbour(GATEWAY, Netlink.NUD_REACHABLE, MAC).forgotten(), START);
        assertEquals(UNRESOLVED_RECHECK_NANOS, reals.nanosToNextCheck(START));
    }

    @Test
    void check_kernelFailsToAnswer_keepsTheLastResolution() {
        boolean[] broken = {false};
        WatchedReals fragile = new WatchedReals(real -> {
            if (broken[0]) {
                throw new IOException("route to 10.0.3.11: ENOBUFS");
            }
            return RESOLVED;
        });
        fragile.replace(List.of(REAL), START);
        fragile.check(START);
        broken[0] = true;
        assertEquals(Map.of(), fragile.check(START + RESOLVED_RECHECK_NANOS));
        assertEquals(UNRESOLVED_RECHECK_NANOS, fragile.nanosToNextCheck(START + RESOLVED_RECHECK_NANOS));
        fragile.replace(List.of(REAL, OTHER), START);
        assertEquals(
                Map.of(OTHER, new Unresolved("route to 10.0.3.11: ENOBUFS", false)),
                fragile.check(START + RESOLVED_RECHECK_NANOS));
    }

    @Test
    void afterACheck_somethingIsAlwaysAPauseAway() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        long now = START;
        for (int step = 0; step < 10_000; step++) {
            now += random.nextInt(100_000_000);
            kernel.put(REAL, random.nextBoolean() ? RESOLVED : NO_ROUTE);
            switch (random.nextInt(4)) {
                case 0 -> reals.onRoutesChanged(now);
                case 1 -> reals.onNeighbourChanged(neighbour(GATEWAY, Netlink.NUD_STALE, NEW_MAC), now);
                case 2 -> reals.replace(random.nextBoolean() ? List.of(REAL) : List.of(OTHER, REAL), now);
                default -> {}
            }
            reals.check(now);
            assertTrue(reals.nanosToNextCheck(now) > 0, "seed " + seed + ", step " + step);
        }
    }

    private void watch(InetAddress real, Resolution resolution) {
        kernel.put(real, resolution);
        reals.replace(List.of(real), START);
        reals.check(START);
        asked.clear();
    }

    private Resolution resolve(InetAddress real) {
        asked.add(real);
        return kernel.getOrDefault(real, NO_ROUTE);
    }

    private static Resolution resolved(MacAddress mac) {
        return new Resolved(mac, OURS, GATEWAY, Resolved.SAME_PORT, 1500);
    }

    private static Neighbour neighbour(InetAddress address, int state, MacAddress mac) {
        return new Neighbour(2, address, state, mac);
    }
}
