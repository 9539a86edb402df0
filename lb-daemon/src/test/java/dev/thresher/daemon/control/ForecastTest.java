// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.config.CapacitySettings;
import dev.thresher.config.Config;
import dev.thresher.config.HealthCheck;
import dev.thresher.config.IpText;
import dev.thresher.config.Pool;
import dev.thresher.config.Real;
import dev.thresher.config.Vip;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.datapath.MemoryDatapath;
import dev.thresher.daemon.probing.ProbePaths;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a configuration is said to do, and then does. */
@Timeout(60)
class ForecastTest {
    private static final MacAddress OURS = MacAddress.of(new byte[] {2, 0, 0, 0, 0, 1});
    private static final Vip WEB = vip("203.0.113.10:80/tcp", "web");
    private static final Vip MAIL = vip("203.0.113.10:25/tcp", "mail");
    private static final Pool WEB_POOL = pool("web", real("10.0.0.2", 1), real("10.0.0.3", 1));
    private static final Pool MAIL_POOL = pool("mail", real("10.0.0.4", 1), real("10.0.0.5", 1));

    private final MemoryDatapath maps = new MemoryDatapath(4, 12);
    private Controller controller;

    @BeforeEach
    void start() throws Exception {
        Config config = configOf(List.of(WEB_POOL, MAIL_POOL), WEB, MAIL);
        controller = new Controller(config, maps, OURS, new ResolvedNextHops(), ProbePaths.direct(), () -> {});
        controller.start(Duration.ZERO);
        maps.takeCalls();
    }

    @AfterEach
    void stop() {
        controller.close();
    }

    /** For maps as small as these. */
    private static Config configOf(List<Pool> pools, Vip... vips) {
        return Configs.with(Configs.of(pools, vips), new CapacitySettings(4, 11, 10, 10));
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

    private int[] table(Vip vip) {
        return Objects.requireNonNull(maps.tablesById().get(maps.vip(vip.key()).id()));
    }

    /** What is said, which must be what happens then to the table of a VIP. */
    private double moved(Pool web) throws Exception {
        Config next = configOf(List.of(web, MAIL_POOL), WEB, MAIL);
        Forecast forecast = controller.forecast(next);
        assertEquals(0, maps.takeCalls(), "a forecast writes nothing");
        int[] before = table(WEB).clone();
        controller.replace(next);
        int[] after = table(WEB);
        long differing = java.util.stream.IntStream.range(0, before.length)
                .filter(slot -> before[slot] != after[slot])
                .count();
        assertEquals(Set.of(WEB.key()), forecast.moved().keySet(), "the other VIP is not touched");
        double share = forecast.moved().getOrDefault(WEB.key(), 0.0);
        assertEquals((double) differing / before.length, share, 1e-9);
        return share;
    }

    @Test
    void newRealServer_takesItsShare() throws Exception {
        double share = moved(pool("web", real("10.0.0.2", 1), real("10.0.0.3", 1), real("10.0.0.9", 2)));
        assertTrue(share >= 0.5 && share < 0.6, () -> "half goes to the new one: " + share);
    }

    @Test
    void drainedRealServer_losesItsShare() throws Exception {
        double share = moved(pool("web", real("10.0.0.2", 1), real("10.0.0.3", 0)));
        assertEquals(0.5, share, 0.01);
    }

    @Test
    void whatMovesNoFlow_isNotNamed() throws Exception {
        Pool larger = pool("mail", real("10.0.0.5", 1), real("10.0.0.4", 1));
        Vip more = vip("203.0.113.10:443/tcp", "web");
        Forecast forecast = controller.forecast(configOf(List.of(WEB_POOL, larger), WEB, more));
        assertEquals(Map.of(), forecast.moved());
        assertEquals(List.of(), forecast.warnings());
    }

    @Test
    void editedCheck_movesNothing() throws Exception {
        Pool probed =
                Configs.pool("web", Configs.tcp(80, Duration.ofSeconds(1)), real("10.0.0.2", 1), real("10.0.0.3", 1));
        Forecast forecast = controller.forecast(configOf(List.of(probed, MAIL_POOL), WEB, MAIL));
        assertEquals(Map.of(), forecast.moved());
    }

    @Test
    void vipThatNobodyServesAnyMore_losesAllOfIt() throws Exception {
        Pool nobody = pool("web", real("10.0.0.2", 0), real("10.0.0.3", 0));
        Forecast forecast = controller.forecast(configOf(List.of(nobody, MAIL_POOL), WEB, MAIL));
        assertEquals(Map.of(WEB.key(), 1.0), forecast.moved());
    }

    @Test
    void moreThanFits_isAWarning() throws Exception {
        Vip[] many = new Vip[5];
        Arrays.setAll(many, i -> vip("203.0.113.10:" + (100 + i) + "/tcp", "web"));
        Forecast forecast = controller.forecast(configOf(List.of(WEB_POOL), many));
        assertTrue(forecast.warnings().stream().anyMatch(warning -> warning.contains("room for")), forecast::toString);
    }

    @Test
    void roomThatTheSameChangeMakes_counts() throws Exception {
        Vip[] many = new Vip[5];
        Arrays.setAll(many, i -> vip("203.0.113.10:" + (100 + i) + "/tcp", "web"));
        Config config = configOf(List.of(WEB_POOL), many);
        Forecast enough = controller.forecast(Configs.with(config, new CapacitySettings(10, 100, 10, 10)));
        assertEquals(List.of(), enough.warnings());
        Forecast tooLittle = controller.forecast(Configs.with(config, new CapacitySettings(6, 100, 10, 10)));
        assertEquals(
                List.of("the maps have room for 6 VIPs, of which 4 are free, and 5 are to be added; what is to be"
                        + " removed counts until that is done; raise thresher.capacity.vips"),
                tooLittle.warnings());
    }
}
