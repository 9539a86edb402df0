// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import dev.thresher.daemon.control.NextHops;
import dev.thresher.daemon.nexthop.Resolution;
import dev.thresher.daemon.nexthop.Resolution.Resolved;
import java.net.InetAddress;
import java.util.Collection;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;

/** The configuration names one gateway for all, behind the interface where packets come in: nothing is to be found out. */
final class FixedNextHop implements NextHops {
    private final MacAddress gateway;
    private final MacAddress source;
    private final IntSupplier mtu;
    private volatile Consumer<Map<InetAddress, Resolution>> listener = news -> {};

    /**
     * @param source the interface's own address
     * @param mtu the interface's, in bytes; asked with each change of the configuration
     */
    FixedNextHop(MacAddress gateway, MacAddress source, IntSupplier mtu) {
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
        int now = mtu.getAsInt();
        listener.accept(reals.stream().collect(Collectors.toMap(Function.identity(), real -> resolved(real, now))));
    }

    private Resolved resolved(InetAddress real, int mtuNow) {
        return new Resolved(gateway, source, real, Resolved.SAME_PORT, mtuNow, NextHop.TAGS_AS_THEY_CAME);
    }

    @Override
    public void close() {}
}
