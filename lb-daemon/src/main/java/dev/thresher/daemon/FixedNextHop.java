// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.daemon.control.NextHops;
import dev.thresher.daemon.nexthop.Resolution;
import java.net.InetAddress;
import java.util.Collection;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The configuration names one gateway for all: there is nothing to find out. */
final class FixedNextHop implements NextHops {
    private final MacAddress gateway;
    private volatile Consumer<Map<InetAddress, Resolution>> listener = news -> {};

    FixedNextHop(MacAddress gateway) {
        this.gateway = gateway;
    }

    @Override
    public void follow(Collection<InetAddress> reals, Consumer<Map<InetAddress, Resolution>> newsListener) {
        listener = newsListener;
        update(reals);
    }

    @Override
    public void update(Collection<InetAddress> reals) {
        listener.accept(reals.stream()
                .collect(Collectors.toMap(Function.identity(), real -> new Resolution.Resolved(gateway, real))));
    }

    @Override
    public void close() {}
}
