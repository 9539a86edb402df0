// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.thresher.config.ApiSettings;
import dev.thresher.config.CapacitySettings;
import dev.thresher.config.Config;
import dev.thresher.config.Encapsulation;
import dev.thresher.config.EncapsulationSettings;
import dev.thresher.config.FlowSettings;
import dev.thresher.config.HealthCheck;
import dev.thresher.config.Interface;
import dev.thresher.config.IpPrefix;
import dev.thresher.config.IpText;
import dev.thresher.config.OnExit;
import dev.thresher.config.Pool;
import dev.thresher.config.Real;
import dev.thresher.config.Vip;
import dev.thresher.config.VipKey;
import dev.thresher.config.XdpMode;
import dev.thresher.daemon.TestInterfaces;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class OwnSourceTest {
    private static final EncapsulationSettings OWN = new EncapsulationSettings(null, null, false);

    @Test
    void own_isTheFirstAddressOfItsFamily() throws DatapathException {
        EncapsulationSettings resolved = OwnSource.resolve(
                config(OWN, Encapsulation.IPIP, "10.0.0.2", "fd00::2"),
                addresses("fe80::1", "fd00::1", "192.0.2.1", "192.0.2.9", "fd00::9"));

        assertEquals(
                new EncapsulationSettings(IpPrefix.parse("192.0.2.1/32"), IpPrefix.parse("fd00::1/128"), false),
                resolved);
    }

    @Test
    void own_isNoVip() throws DatapathException {
        EncapsulationSettings resolved = OwnSource.resolve(
                config(OWN, Encapsulation.IPIP, "10.0.0.2"), addresses("203.0.113.10", "198.51.100.4", "192.0.2.1"));

        assertEquals(IpPrefix.parse("192.0.2.1/32"), resolved.sourceIpv4());
    }

    @Test
    void aPrefix_staysAsItIs() throws DatapathException {
        IpPrefix prefix = IpPrefix.parse("10.9.0.0/16");
        Config config = config(new EncapsulationSettings(prefix, null), Encapsulation.IPIP, "10.0.0.2");

        assertEquals(prefix, OwnSource.resolve(config, addresses("192.0.2.1")).sourceIpv4());
        Config prefixes = config(EncapsulationSettings.DEFAULT, Encapsulation.IPIP, "10.0.0.2");
        assertSame(prefixes, OwnSource.resolve(prefixes));
    }

    @Test
    void anAddressThatIsMissing_isAnErrorForThoseWhoNeedIt() throws DatapathException {
        List<InetAddress> link = addresses("fe80::1", "192.0.2.1");

        DatapathException e = assertThrows(
                DatapathException.class,
                () -> OwnSource.resolve(config(OWN, Encapsulation.gue(6080), "10.0.0.2", "fd00::2"), link));
        assertEquals(
                "thresher.encapsulation.source-ipv6 = own, but eth0 has no IPv6 address that is neither link-local nor a "
                        + "VIP: add one, or set source-ipv6 to a prefix",
                e.getMessage());
        assertEquals(
                EncapsulationSettings.DEFAULT.sourceIpv6(),
                OwnSource.resolve(config(OWN, Encapsulation.IPIP, "10.0.0.2"), link)
                        .sourceIpv6());
        assertEquals(
                EncapsulationSettings.DEFAULT.sourceIpv4(),
                OwnSource.resolve(config(OWN, Encapsulation.L2, "10.0.0.2"), List.of())
                        .sourceIpv4());
    }

    @Test
    void theInterface_isAskedForItsAddresses() throws Exception {
        try (TestInterfaces interfaces = new TestInterfaces()) {
            String link = interfaces.veth("o");
            interfaces.address(link, "192.0.2.77/32");
            interfaces.address(link, "2001:db8::77/128");

            EncapsulationSettings resolved = OwnSource.resolve(config(link, OWN, Encapsulation.IPIP, "10.0.0.2"))
                    .encapsulation();

            assertEquals(IpPrefix.parse("192.0.2.77/32"), resolved.sourceIpv4());
            assertEquals(IpPrefix.parse("2001:db8::77/128"), resolved.sourceIpv6());
        }
    }

    private static List<InetAddress> addresses(String... texts) {
        return Stream.of(texts).map(IpText::parse).toList();
    }

    private static Config config(EncapsulationSettings settings, Encapsulation encapsulation, String... reals) {
        return config("eth0", settings, encapsulation, reals);
    }

    private static Config config(
            String link, EncapsulationSettings settings, Encapsulation encapsulation, String... reals) {
        List<Real> members =
                Stream.of(reals).map(real -> new Real(IpText.parse(real), 1)).toList();
        return new Config(
                "default",
                new Interface(link, XdpMode.AUTO, null),
                settings,
                FlowSettings.DEFAULT,
                CapacitySettings.DEFAULT,
                OnExit.KEEP,
                ApiSettings.forInstance("default"),
                0,
                List.of(new Pool("web", members, HealthCheck.none(), encapsulation)),
                List.of(
                        new Vip(VipKey.parse("203.0.113.10:80/tcp"), "web", true),
                        new Vip(VipKey.parse("198.51.100.0/24:80/tcp"), "web", true)));
    }
}
