// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import dev.thresher.daemon.nexthop.Route.Way;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;

/**
 * Which way of a multipath route a real server's packets take: rendezvous hashing with weights (Thaler and Ravishankar,
 * "Using name-based mappings to increase hit rates", 1998). So each real server has one way, the real servers spread over
 * the ways by weight, and a way that comes or goes moves no real server but its own.
 */
final class WayChoice {
    private static final double HALF_UNIT = 0.5;
    private static final int MANTISSA_BITS = 53;

    private WayChoice() {}

    /** The ways that the kernel uses, the best first. */
    static List<Way> inOrder(InetAddress real, List<Way> ways) {
        return ways.stream()
                .filter(way -> !way.dead())
                .sorted(Comparator.comparingDouble((Way way) -> -score(real, way))
                        .thenComparingInt(Way::ifindex))
                .toList();
    }

    /** -weight / ln(u) for a u of (0, 1) that the pair determines: the highest wins, in proportion to the weights. */
    private static double score(InetAddress real, Way way) {
        HashCode hash = Hashing.murmur3_128()
                .newHasher()
                .putBytes(real.getAddress())
                .putBytes(way.gateway().getAddress())
                .putInt(way.ifindex())
                .hash();
        double unit = ((hash.asLong() >>> (Long.SIZE - MANTISSA_BITS)) + HALF_UNIT) / (1L << MANTISSA_BITS);
        return -way.weight() / Math.log(unit);
    }
}
