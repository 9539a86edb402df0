// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.net.InetAddress;

/**
 * One real server in one VIP's pool: what the data plane counts, and what a flow belongs to.
 *
 * @param vip the VIP
 * @param real the address of the real server
 */
public record Member(VipKey vip, InetAddress real) {
    /** {@code 203.0.113.10:80/tcp -> 10.0.0.2}. */
    @Override
    public String toString() {
        return vip + " -> " + IpText.format(real);
    }
}
