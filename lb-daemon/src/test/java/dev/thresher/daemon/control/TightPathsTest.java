// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.config.Encapsulation;
import dev.thresher.config.HealthCheck;
import dev.thresher.config.IpText;
import dev.thresher.config.Pool;
import dev.thresher.config.Real;
import dev.thresher.config.Vip;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.nexthop.Resolution;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TightPathsTest {
    private static final MacAddress MAC = MacAddress.of(new byte[] {2, 0, 0, 0, 0, 2});
    private static final Vip VIP4 = new Vip(VipKey.parse("203.0.113.10:80/tcp"), "web", true);
    private static final Vip VIP6 = new Vip(VipKey.parse("[2001:db8::10]:80/tcp"), "web", true);

    private static Resolution takes(int mtu) {
        return new Resolution.Resolved(MAC, MAC, IpText.parse("10.0.0.1"), 0, mtu);
    }

    private static List<String> warnings(Vip vip, Encapsulation encapsulation, Map<String, Resolution> ways) {
        Stream<Real> reals = ways.keySet().stream().sorted().map(real -> new Real(IpText.parse(real), 1));
        Pool pool = new Pool("web", reals.toList(), HealthCheck.none(), encapsulation);
        Map<InetAddress, Resolution> nextHops = new HashMap<>();
        ways.forEach((real, way) -> nextHops.put(IpText.parse(real), way));
        return TightPaths.warnings(Configs.of(List.of(pool), vip), nextHops);
    }

    @ParameterizedTest
    @CsvSource({
        "ipip, 10.0.0.2, 1300",
        "ipip, fd00::2,  1320",
        "gue,  10.0.0.2, 1308",
        "gue,  fd00::2,  1328",
        "l2,   fd00::2,  1280",
    })
    void way_thatDoesNotTakeWhatEveryIpv6HostMaySend_isToldWithBothSizes(String kind, String real, int needed) {
        Encapsulation encapsulation = switch (kind) {
            case "ipip" -> Encapsulation.IPIP;
            case "gue" -> Encapsulation.gue(6080);
            default -> Encapsulation.L2;
        };
        assertEquals(List.of(), warnings(VIP6, encapsulation, Map.of(real, takes(needed))));
        assertEquals(
                List.of("pool web serves an IPv6 VIP, and the way to " + real + " takes packets of " + (needed - 1)
                        + " bytes where it needs " + needed + ": what IPv6 clients send of up to 1280 bytes may be"
                        + " dropped; raise the MTU of the interface or the route"),
                warnings(VIP6, encapsulation, Map.of(real, takes(needed - 1))));
    }

    @Test
    void waysOfOneMtu_areOneWarning() {
        List<String> warnings = warnings(
                VIP6,
                Encapsulation.IPIP,
                Map.of("fd00::2", takes(1300), "fd00::3", takes(1300), "fd00::4", takes(1280), "fd00::5", takes(1500)));
        assertEquals(
                List.of("fd00::4 takes packets of 1280", "fd00::2 and 1 more takes packets of 1300"),
                warnings.stream()
                        .map(text -> text.replaceAll(".* way to (.*) bytes where.*", "$1"))
                        .toList());
    }

    @Test
    void nobodyIsWarned_ofIpv4Vips_unknownLimits_orMissingWays() {
        assertEquals(List.of(), warnings(VIP4, Encapsulation.IPIP, Map.of("10.0.0.2", takes(600))));
        assertEquals(List.of(), warnings(VIP6, Encapsulation.IPIP, Map.of("10.0.0.2", takes(0))));
        assertEquals(
                List.of(),
                warnings(
                        VIP6,
                        Encapsulation.IPIP,
                        Map.of("10.0.0.2", new Resolution.Unresolved("no route to 10.0.0.2", true))));
    }
}
