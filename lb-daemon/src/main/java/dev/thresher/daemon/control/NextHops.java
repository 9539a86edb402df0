// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.daemon.nexthop.Resolution;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Collection;
import java.util.Map;
import java.util.function.Consumer;

/** Where the packets of each real leave to, followed as it changes. */
public interface NextHops extends AutoCloseable {
    /**
     * Begins to follow these reals. The listener hears of each of them at once, resolved or not, and from then on of
     * those that change. Called once.
     *
     * @throws IOException if the kernel cannot be asked
     */
    void follow(Collection<InetAddress> reals, Consumer<Map<InetAddress, Resolution>> listener) throws IOException;

    /**
     * Follows these reals from now on, and no others. The listener soon hears of each that was not followed before; what it
     * heard of the others stays true.
     */
    void update(Collection<InetAddress> reals);

    @Override
    void close();
}
