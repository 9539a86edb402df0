// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.net.InetAddress;
import java.util.List;

/**
 * A real server in a pool.
 *
 * @param address where encapsulated packets go
 * @param weight share of new flows relative to the rest of the pool, 0 to 65535; 0 means no new flows
 * @param order whether it serves
 * @param serverIds what it writes into the QUIC connection IDs that it chooses; no id twice in a pool
 */
public record Real(InetAddress address, int weight, Order order, List<ServerId> serverIds) {
    public static final int MAX_WEIGHT = 65_535;

    public Real {
        Require.inRange("the weight of real " + IpText.format(address), weight, 0, MAX_WEIGHT);
        serverIds = List.copyOf(serverIds);
    }

    /** A real that no QUIC connection ID names. */
    public Real(InetAddress address, int weight) {
        this(address, weight, List.of());
    }

    /** A real that serves. */
    public Real(InetAddress address, int weight, List<ServerId> serverIds) {
        this(address, weight, Order.SERVE, serverIds);
    }

    /** This real with another order. */
    public Real with(Order newOrder) {
        return new Real(address, weight, newOrder, serverIds);
    }

    /** Whether it may get new flows, as far as the configuration has a say. */
    public boolean takesFlows() {
        return order == Order.SERVE && weight > 0;
    }
}
