// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelTest {
    @ParameterizedTest
    @ValueSource(strings = {"203.0.113.10:80/tcp", "[2001:db8::1]:80/tcp", "10.0.0.1:0/udp", "[fd00::1]:65535/udp"})
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
        refused(() -> new EncapsulationSource(IpPrefix.parse("100::/64"), IpPrefix.parse("100::/64")));
    }

    @Test
    void pool_oneRealTwice_isRefused() {
        Real real = new Real(IpText.parse("10.0.0.1"), 1);

        refused(() -> new Pool("web", List.of(real, new Real(real.address(), 2)), HealthCheck.none()));
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
                EncapsulationSource.DEFAULT,
                FlowSettings.DEFAULT,
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
