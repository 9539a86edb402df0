// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.daemon.control.NextHops;
import dev.thresher.daemon.nexthop.Resolution;
import dev.thresher.daemon.nexthop.Resolution.Resolved;
import java.net.InetAddress;
import java.util.Collection;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The configuration names one gateway for all, behind the interface where packets come in: nothing is to be found out. */
final class FixedNextHop implements NextHops {
    private final MacAddress gateway;
    private final MacAddress source;
    private final int mtu;
    private volatile Consumer<Map<InetAddress, Resolution>> listener = news -> {};

    /**
     * @param source the interface's own address
     * @param mtu the interface's, in bytes
     */
    FixedNextHop(MacAddress gateway, MacAddress source, int mtu) {
        this.gateway = gateway;
        this.source = source;
        this.mtu = mtu;
    }

    @Override
    public void follow(Collection<InetAddress> reals, Consumer<Map<InetAddress, Resolution>> newsListener) {
        listener = newsListener;
        update(reals);
    }

    @Override
    public void update(Collection<InetAddress> reals) {
        listener.accept(reals.stream()
                .collect(Collectors.toMap(
                        Function.identity(), real -> new Resolved(gateway, source, real, Resolved.SAME_PORT, mtu))));
    }

    @Override
    public void close() {}
}
