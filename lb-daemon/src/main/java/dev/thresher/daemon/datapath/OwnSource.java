// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.config.Config;
import dev.thresher.config.Encapsulation;
import dev.thresher.config.EncapsulationSettings;
import dev.thresher.config.IpPrefix;
import dev.thresher.config.Pool;
import dev.thresher.config.Real;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts the balancer's own address where the configuration says {@code own} for outer sources. */
final class OwnSource {
    private OwnSource() {}

    /**
     * The configuration with two prefixes, looked up in the network namespace of the calling thread.
     *
     * @throws DatapathException if an address is wanted and the interface has none that fits
     */
    static Config resolve(Config config) throws DatapathException {
        EncapsulationSettings wanted = config.encapsulation();
        return wanted.sourceIpv4() == null || wanted.sourceIpv6() == null
                ? config.with(resolve(config, addressesOf(config.iface().name())))
                : config;
    }

    /** In the order in which the kernel lists them. */
    private static List<InetAddress> addressesOf(String name) throws DatapathException {
        try {
            NetworkInterface found = NetworkInterface.getByName(name);
            return found == null ? List.of() : Collections.list(found.getInetAddresses());
        } catch (SocketException e) {
            throw new DatapathException("cannot read the addresses of " + name + ": " + e.getMessage(), e);
        }
    }

    /** @param addresses of the interface */
    static EncapsulationSettings resolve(Config config, List<InetAddress> addresses) throws DatapathException {
        EncapsulationSettings wanted = config.encapsulation();
        return new EncapsulationSettings(
                resolve(config, wanted.sourceIpv4(), true, addresses),
                resolve(config, wanted.sourceIpv6(), false, addresses),
                wanted.gueChecksum());
    }

    private static @Nullable IpPrefix resolve(
            Config config, @Nullable IpPrefix wanted, boolean ipv4, List<InetAddress> addresses)
            throws DatapathException {
        if (wanted != null) {
            return wanted;
        }
        for (InetAddress address : addresses) {
            if (address instanceof Inet4Address == ipv4 && isOwn(config, address)) {
                return IpPrefix.of(address);
            }
        }
        if (config.pools().stream().anyMatch(pool -> hasOuterHeader(pool, ipv4))) {
            String family = ipv4 ? "ipv4" : "ipv6";
            throw new DatapathException("thresher.encapsulation.source-" + family + " = own, but "
                    + config.iface().name() + " has no " + (ipv4 ? "IPv4" : "IPv6")
                    + " address that is neither link-local nor a VIP: add one, or set source-" + family
                    + " to a prefix");
        }
        return ipv4 ? EncapsulationSettings.DEFAULT.sourceIpv4() : EncapsulationSettings.DEFAULT.sourceIpv6();
    }

    /** A VIP on the interface is no address to send from: real servers have it too. */
    private static boolean isOwn(Config config, InetAddress address) {
        return !address.isLinkLocalAddress()
                && !address.isLoopbackAddress()
                && config.vips().stream().noneMatch(vip -> vip.key().prefix().contains(address));
    }

    private static boolean hasOuterHeader(Pool pool, boolean ipv4) {
        return pool.encapsulation().kind() != Encapsulation.Kind.L2
                && pool.reals().stream().map(Real::address).anyMatch(real -> real instanceof Inet4Address == ipv4);
    }
}
