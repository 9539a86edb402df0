// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.net.InetAddress;

/**
 * Clients of a VIP that go to one real, whatever its Maglev table says. Of several prefixes that hold a client's address
 * the longest decides.
 *
 * @param prefix the clients' addresses, of the VIP's family
 * @param real one of the VIP's pool; its weight does not count here, its health does
 */
public record SourceRoute(IpPrefix prefix, InetAddress real) {
    /** {@code 198.51.100.0/24 -> 10.0.0.2}. */
    @Override
    public String toString() {
        return prefix + " -> " + IpText.format(real);
    }
}
