// SPDX-License-Identifier: Apache-2.0
package dev.thresher.hashing;

/**
 * One real server in one VIP's pool, as the table builder sees it.
 *
 * @param id what its slots hold; opaque to the builder and without influence on which slots these are
 * @param key its identity, the same on every load balancer of a fleet
 * @param weight its share of new flows relative to the others, 0 (none) to {@value #MAX_WEIGHT}
 */
public record WeightedMember(int id, AddressKey key, int weight) {
    /** The largest weight; keeps every product in the builder far from overflow. */
    public static final int MAX_WEIGHT = 65_535;

    public WeightedMember {
        if (weight < 0 || weight > MAX_WEIGHT) {
            throw new IllegalArgumentException("member " + key + ": weight " + weight + " is outside 0.." + MAX_WEIGHT);
        }
    }
}
