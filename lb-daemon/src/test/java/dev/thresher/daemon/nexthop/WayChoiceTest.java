// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.IpText;
import dev.thresher.daemon.nexthop.Route.Way;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class WayChoiceTest {
    private static final int REALS = 10_000;
    private static final Way A = way(2, "10.0.2.1", 3);
    private static final Way B = way(2, "10.0.2.2", 1);
    private static final Way C = way(3, "fe80::1", 1);

    @Test
    void inOrder_orderOfTheRoute_meansNothing() {
        List<Way> ways = new ArrayList<>(List.of(A, B, C));
        List<Way> expected = WayChoice.inOrder(real(1), ways);
        Collections.reverse(ways);
        assertEquals(expected, WayChoice.inOrder(real(1), ways));
    }

    @Test
    void inOrder_spreadsRealsByWeight() {
        Map<Way, Integer> counts = new HashMap<>();
        for (int i = 0; i < REALS; i++) {
            counts.merge(WayChoice.inOrder(real(i), List.of(A, B, C)).get(0), 1, Integer::sum);
        }
        // Three standard deviations of 10,000 draws are below 1.5 percent; the hash is fixed, so the counts are too.
        assertEquals(0.6, counts.getOrDefault(A, 0) / (double) REALS, 0.015);
        assertEquals(0.2, counts.getOrDefault(B, 0) / (double) REALS, 0.015);
        assertEquals(0.2, counts.getOrDefault(C, 0) / (double) REALS, 0.015);
    }

    @Test
    void inOrder_wayThatDies_movesItsOwnRealsOnly() {
        Way dead = new Way(A.ifindex(), A.gateway(), A.weight(), true);
        for (int i = 0; i < REALS; i++) {
            Way before = WayChoice.inOrder(real(i), List.of(A, B, C)).get(0);
            Way after = WayChoice.inOrder(real(i), List.of(dead, B, C)).get(0);
            assertTrue(before.equals(A) || before.equals(after), "real " + i);
        }
        assertEquals(List.of(), WayChoice.inOrder(real(0), List.of(dead)));
    }

    private static Way way(int ifindex, String gateway, int weight) {
        return new Way(ifindex, IpText.parse(gateway), weight, false);
    }

    private static InetAddress real(int number) {
        return IpText.parse("10.1." + number / 256 + "." + number % 256);
    }
}
