// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "203.0.113.10:80/tcp",
                "[2001:db8::1]:80/tcp",
                "10.0.0.1:any/udp",
                "[fd00::1]:65535/udp",
                "203.0.113.0/24:80/tcp",
                "203.0.113.0/24:any/tcp",
                "[2001:db8::/64]:any/udp"
            })
    void vipKey_textOfAKey_readsBack(String text) {
        assertEquals(text, VipKey.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "203.0.113.10",
                "203.0.113.10:80",
                "203.0.113.10:80/sctp",
                "203.0.113.10:65536/tcp",
                "203.0.113.10:-1/tcp",
                "203.0.113.10:*/tcp",
                "203.0.113.10:any/both",
                "203.0.113.10/24:80/tcp",
                "203.0.113.0/33:80/tcp",
                "2001:db8::/64:80/tcp",
                "[2001:db8::]/64:80/tcp",
                "2001:db8::1:80/tcp",
                "[203.0.113.10]:80/tcp",
                "[2001:db8::1]/tcp",
                "[2001:db8::1%eth0]:80/tcp",
                "www.example.com:80/tcp",
                " 203.0.113.10:80/tcp"
            })
    void vipKey_anythingElse_isRefused(String text) {
        refused(() -> VipKey.parse(text));
    }

    @Test
    void vipKey_spellingsOfOneAddress_areEqual() {
        assertEquals(VipKey.parse("[2001:DB8:0:0::1]:80/tcp"), VipKey.parse("[2001:db8::1]:080/tcp"));
        assertEquals(VipKey.parse("203.0.113.10:80/tcp"), VipKey.parse("203.0.113.10/32:80/tcp"));
        assertEquals(VipKey.parse("203.0.113.10:any/tcp"), VipKey.parse("203.0.113.10:0/tcp"));
    }

    @Test
    void vipKey_prefixesOfOneAddress_areDifferentVips() {
        VipKey wide = VipKey.parse("203.0.113.0/24:80/tcp");

        assertNotEquals(wide, VipKey.parse("203.0.113.0/25:80/tcp"));
        assertNotEquals(wide, VipKey.parse("203.0.113.0:80/tcp"));
        assertTrue(wide.isPrefix());
        assertFalse(VipKey.parse("203.0.113.0:80/tcp").isPrefix());
    }

    @Test
    void vipKey_coversWhatIsForItsAddressesPortAndProtocol() {
        VipKey packet = VipKey.parse("203.0.113.10:80/tcp");

        assertTrue(packet.covers(packet));
        assertTrue(VipKey.parse("203.0.113.10:any/tcp").covers(packet));
        assertTrue(VipKey.parse("203.0.113.0/24:80/tcp").covers(packet));
        assertTrue(VipKey.parse("203.0.112.0/23:any/tcp").covers(packet));
        assertFalse(VipKey.parse("203.0.113.10:81/tcp").covers(packet));
        assertFalse(VipKey.parse("203.0.113.10:80/udp").covers(packet));
        assertFalse(VipKey.parse("203.0.112.0/24:80/tcp").covers(packet));
        assertFalse(VipKey.parse("[2001:db8::/32]:80/tcp").covers(packet));
    }

    @Test
    void member_readsAsAnArrow() {
        Member member = new Member(VipKey.parse("203.0.113.10:80/tcp"), IpText.parse("fd00::2"));

        assertEquals("203.0.113.10:80/tcp -> fd00::2", member.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "10.1",
                "10.0.0.256",
                "010.0.0.1",
                "0x7f000001",
                "2130706433",
                "fe80::1%1",
                "1::2::3"
            })
    void ipText_whatIsNoAddress_isRefused(String text) {
        assertTrue(refused(() -> IpText.parse(text)).contains("is not an IPv4 or IPv6 address"));
    }

    @Test
    void ipText_mappedAddress_isRefusedWithTheRightSpelling() {
        assertTrue(refused(() -> IpText.parse("::ffff:a00:1")).contains("write \"10.0.0.1\""));
    }

    @Test
    void ipPrefix_holdsWhatBeginsWithIt() {
        IpPrefix prefix = IpPrefix.parse("172.16.0.0/12");

        assertTrue(prefix.contains(IpText.parse("172.31.255.255")));
        assertFalse(prefix.contains(IpText.parse("172.32.0.0")));
        assertFalse(prefix.contains(IpText.parse("::ac10:1")));
        assertTrue(IpPrefix.parse("::/0").contains(IpText.parse("2001:db8::1")));
        assertEquals("100::/64", IpPrefix.parse("0100:0::/64").toString());
    }

    @Test
    void ipPrefix_overlapsInEitherDirection() {
        IpPrefix wide = IpPrefix.parse("10.0.0.0/8");
        IpPrefix inner = IpPrefix.parse("10.9.0.0/16");

        assertTrue(wide.overlaps(inner) && inner.overlaps(wide) && wide.overlaps(wide));
        assertFalse(inner.overlaps(IpPrefix.parse("10.8.0.0/16")));
        assertFalse(IpPrefix.parse("0.0.0.0/0").overlaps(IpPrefix.parse("::/0")));
    }

    @Test
    void ipPrefix_bitsPastTheLength_areRefusedWithTheRightPrefix() {
        assertTrue(refused(() -> IpPrefix.parse("203.0.113.77/26")).contains("the prefix is \"203.0.113.64/26\""));
    }

    @Test
    void serverId_isBytesAndANumber() {
        ServerId id = new ServerId("00FF");

        assertEquals("00ff", id.toString());
        assertEquals(2, id.length());
        assertArrayEquals(new byte[] {0, (byte) 0xff}, id.bytes());
        assertEquals(BigInteger.valueOf(255), id.number());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"172.16.0.0", "/16", "172.16.0.0/", "172.16.0.0/33", "172.16.1.0/16", "100::/129", "100::1/64"})
    void ipPrefix_anythingElse_isRefused(String text) {
        refused(() -> IpPrefix.parse(text));
    }

    @Test
    void macAddress_octetsAreInTheOrderOfTheWire() {
        MacAddress mac = MacAddress.parse("02:00:5E:10:00:ff");

        assertEquals("02:00:5e:10:00:ff", mac.toString());
        assertEquals(
                List.of((byte) 2, (byte) 0, (byte) 0x5e, (byte) 0x10, (byte) 0, (byte) 0xff), boxed(mac.toBytes()));
        assertTrue(mac.isUnicast());
        assertFalse(MacAddress.parse("01:00:5e:00:00:01").isUnicast());
        assertFalse(MacAddress.parse("ff:ff:ff:ff:ff:ff").isUnicast());
        assertFalse(new MacAddress(0).isUnicast());
        refused(() -> MacAddress.parse("02-00-5e-10-00-ff"));
        refused(() -> new MacAddress(1L << 48));
    }

    @Test
    void statusRanges_bothEndsAreIncluded() {
        StatusRanges statuses = StatusRanges.parse(" 200-204 ,301");

        assertEquals("200-204,301", statuses.toString());
        assertTrue(statuses.contains(200) && statuses.contains(204) && statuses.contains(301));
        assertFalse(statuses.contains(199) || statuses.contains(205) || statuses.contains(302));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",", "200,", "200-", "-200", "2xx", "99", "600", "299-200", "200-299-300"})
    void statusRanges_anythingElse_isRefused(String text) {
        refused(() -> StatusRanges.parse(text));
    }

    @Test
    void records_refuseWhatMakesNoSense() {
        Duration second = Duration.ofSeconds(1);
        refused(() -> new Real(IpText.parse("10.0.0.1"), 65_536));
        refused(() -> new FlowSettings(1000, second, second, second));
        refused(() -> new FlowSettings(1025, second, second, second));
        refused(() -> new FlowSettings(1024, second, second, Duration.ofSeconds(2)));
        refused(() -> HealthCheck.tcp(65_536));
        refused(() -> HealthCheck.http(80, "healthz"));
        refused(() -> new CheckTiming(second, second, second.plusNanos(1), 0));
        refused(() -> new CheckTiming(second, second.plusNanos(1), second, 0));
        refused(() -> HealthCheck.none().with(HealthCheck.Via.TUNNEL));
        refused(() -> new ProbeKind.Exec(1, List.of("true")));
        refused(() -> Payload.parse("0xabc"));
        refused(() -> new Interface("sixteen-letters!", XdpMode.AUTO, null));
        refused(() -> new ApiSettings(Path.of("run/thresher.sock")));
        refused(() -> new EncapsulationSettings(IpPrefix.parse("100::/64"), IpPrefix.parse("100::/64")));
        refused(() -> new EncapsulationSettings(IpPrefix.parse("10.0.0.0/8"), IpPrefix.parse("10.0.0.0/8")));
        refused(() -> new Encapsulation(Encapsulation.Kind.IPIP, 6080));
        refused(() -> Encapsulation.gue(0));
        refused(() -> QuicRouting.quicLb(Map.of()));
        refused(() -> QuicRouting.quicLb(Map.of(7, 4)));
        refused(() -> QuicRouting.quicLb(Map.of(0, 16)));
    }

    @Test
    void vip_optionsFitItsProtocolAndFamily() {
        Vip tcp = new Vip(VipKey.parse("203.0.113.10:443/tcp"), "web", true);
        SourceRoute route = new SourceRoute(IpPrefix.parse("198.51.100.0/24"), IpText.parse("10.0.0.1"));
        SourceRoute ipv6 = new SourceRoute(IpPrefix.parse("2001:db8::/32"), IpText.parse("10.0.0.1"));

        refused(() -> tcp.with(QuicRouting.katran()));
        refused(() -> tcp.with(List.of(route, route)));
        refused(() -> tcp.with(List.of(ipv6)));
    }

    @Test
    void pool_oneRealTwice_isRefused() {
        Real real = new Real(IpText.parse("10.0.0.1"), 1);

        refused(() -> new Pool("web", List.of(real, new Real(real.address(), 2)), HealthCheck.none()));
    }

    @Test
    void pool_oneServerIdTwice_isRefused() {
        List<ServerId> ids = List.of(new ServerId("0a"));

        refused(() -> new Pool(
                "web",
                List.of(new Real(IpText.parse("10.0.0.1"), 1, ids), new Real(IpText.parse("10.0.0.2"), 1, ids)),
                HealthCheck.none()));
    }

    @Test
    void config_poolsSuitTheirVips() {
        Real real = new Real(IpText.parse("10.0.0.1"), 1, List.of(new ServerId("0a")));
        Vip vip = new Vip(VipKey.parse("203.0.113.10:443/udp"), "web", true);
        Vip routed = vip.with(List.of(new SourceRoute(IpPrefix.parse("0.0.0.0/0"), IpText.parse("10.0.0.2"))));
        Vip quic = vip.with(QuicRouting.quicLb(Map.of(0, 2)));
        Vip ipv6 = new Vip(VipKey.parse("[2001:db8::1]:443/udp"), "web", true);
        Pool ipip = new Pool("web", List.of(real), HealthCheck.none());
        Pool l2 = new Pool("web", List.of(real), HealthCheck.none(), Encapsulation.L2);

        config(List.of(ipip), List.of(vip, ipv6));
        config(List.of(l2), List.of(vip));
        refused(() -> config(List.of(l2), List.of(ipv6)));
        refused(() -> config(List.of(ipip), List.of(routed)));
        refused(() -> config(List.of(ipip), List.of(quic)));
    }

    @Test
    void config_vipsAndPoolsFitTogether() {
        Pool web = new Pool("web", List.of(), HealthCheck.none());
        Vip vip = new Vip(VipKey.parse("203.0.113.10:80/tcp"), "web", true);

        Config config = config(List.of(web), List.of(vip));

        assertEquals(web, config.pool("web"));
        assertNull(config.pool("other"));
        assertEquals(web, config.poolOf(vip));
        refused(() -> config.poolOf(new Vip(vip.key(), "other", true)));
        refused(() -> config(List.of(), List.of(vip)));
        refused(() -> config(List.of(web, web), List.of()));
        refused(() -> config(List.of(web), List.of(vip, new Vip(vip.key(), "web", false))));
    }

    private static Config config(List<Pool> pools, List<Vip> vips) {
        return new Config(
                "default",
                new Interface("eth0", XdpMode.AUTO, null),
                EncapsulationSettings.DEFAULT,
                FlowSettings.DEFAULT,
                CapacitySettings.DEFAULT,
                OnExit.KEEP,
                ApiSettings.forInstance("default"),
                0,
                pools,
                vips);
    }

    private static String refused(Executable action) {
        return String.valueOf(
                assertThrows(IllegalArgumentException.class, action).getMessage());
    }

    private static List<Byte> boxed(byte[] octets) {
        return List.of(octets[0], octets[1], octets[2], octets[3], octets[4], octets[5]);
    }
}
