// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.net.InetAddress;

/**
 * A real server in a pool.
 *
 * @param address where encapsulated packets go
 * @param weight share of new flows relative to the rest of the pool, 0 to 65535; 0 means no new flows
 */
public record Real(InetAddress address, int weight) {
    public static final int MAX_WEIGHT = 65_535;

    public Real {
        Require.inRange("the weight of real " + IpText.format(address), weight, 0, MAX_WEIGHT);
    }
}
