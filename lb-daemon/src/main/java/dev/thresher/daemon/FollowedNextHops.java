// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon;

import dev.thresher.daemon.control.NextHops;
import dev.thresher.daemon.nexthop.NextHopWatcher;
import dev.thresher.daemon.nexthop.Resolution;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Collection;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Next hops by the kernel's routes and neighbours. */
final class FollowedNextHops implements NextHops {
    private final String interfaceName;
    private final BooleanSupplier isGeneric;
    private @Nullable NextHopWatcher watcher;

    FollowedNextHops(String interfaceName, BooleanSupplier isGeneric) {
        this.interfaceName = interfaceName;
        this.isGeneric = isGeneric;
    }

    @Override
    public void follow(Collection<InetAddress> reals, Consumer<Map<InetAddress, Resolution>> listener)
            throws IOException {
        watcher = NextHopWatcher.start(interfaceName, isGeneric, listener);
        watcher.update(reals);
    }

    @Override
    public void update(Collection<InetAddress> reals) {
        if (watcher == null) {
            throw new IllegalStateException("follow first");
        }
        watcher.update(reals);
    }

    @Override
    public void close() {
        if (watcher != null) {
            watcher.close();
        }
    }
}
