// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.probing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MarkRoute;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.VipMatch;
import dev.thresher.config.HealthCheck;
import dev.thresher.config.IpText;
import dev.thresher.healthcheck.Target;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TunnelPathsTest {
    private static final Target TARGET = new Target(IpText.parse("10.0.0.2"), HealthCheck.tcp(80));

    private final Map<Integer, MarkRoute> kernel = new HashMap<>();
    private boolean refuses;

    private final TunnelPaths paths = new TunnelPaths(
            new TunnelPaths.Routes() {
                @Override
                public Optional<String> put(int mark, MarkRoute route) {
                    if (refuses) {
                        return Optional.of("bpf_map_update_elem(probe_routes): ENOSPC");
                    }
                    kernel.put(mark, route);
                    return Optional.empty();
                }

                @Override
                public void remove(int mark) {
                    kernel.remove(mark);
                }
            },
            16);

    private static MarkRoute route(int ifindex) {
        MacAddress mac = MacAddress.of(new byte[] {2, 0, 0, 0, 0, 1});
        MemberRecord member = new MemberRecord(
                new VipMatch(IpText.parse("203.0.113.10"), 80, 6),
                MemberState.DOWN,
                TARGET.real(),
                new MemberRecord.NextHop(mac, mac),
                MemberRecord.Encapsulation.IPIP,
                0,
                false);
        return new MarkRoute(member, ifindex);
    }

    private TunnelPaths.Path path() {
        return Objects.requireNonNull(paths.of(TARGET));
    }

    @Test
    void whatTheKernelRefused_isClosedUntilItTakesIt() {
        refuses = true;
        paths.update(Map.of(TARGET, route(1)));
        assertFalse(path().open());
        paths.retry();
        assertFalse(path().open());
        refuses = false;
        paths.retry();
        assertTrue(path().open());
        assertEquals(Map.of(path().mark(), route(1)), kernel);
    }

    @Test
    void aNewRouteThatIsRefused_closesTheOldOne() {
        paths.update(Map.of(TARGET, route(1)));
        int mark = path().mark();
        refuses = true;
        paths.update(Map.of(TARGET, route(2)));
        assertFalse(path().open(), "the kernel leads it by the old way");
        refuses = false;
        paths.update(Map.of(TARGET, route(2)));
        assertTrue(path().open());
        assertEquals(Map.of(mark, route(2)), kernel);
    }

    @Test
    void whatIsNotWantedAnyMore_isGone() {
        paths.update(Map.of(TARGET, route(1)));
        paths.update(Map.of());
        assertEquals(Map.of(), kernel);
        assertEquals(null, paths.of(TARGET));
    }

    private static Map<Target, MarkRoute> routes(int first, int count) {
        return IntStream.range(first, first + count)
                .boxed()
                .collect(Collectors.toMap(
                        number -> new Target(IpText.parse("10.0.1." + number), HealthCheck.tcp(80)),
                        number -> route(number + 1)));
    }

    @Test
    void allOfTheMarks_canChangeTheirTargetsAtOnce() {
        paths.update(routes(0, 16));
        paths.update(routes(20, 16));
        assertEquals(Set.copyOf(routes(20, 16).values()), Set.copyOf(kernel.values()));
    }

    @Test
    void moreTargetsThanMarks_changeNothing() {
        paths.update(routes(0, 16));
        assertThrows(IllegalStateException.class, () -> paths.update(routes(10, 17)));
        assertEquals(Set.copyOf(routes(0, 16).values()), Set.copyOf(kernel.values()));
        paths.update(routes(10, 16));
        assertEquals(16, kernel.size());
    }
}
