// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

import dev.thresher.config.Order;
import dev.thresher.config.Real;
import dev.thresher.config.VipKey;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** A small change, as operators make them. */
public sealed interface Edit {
    /**
     * A VIP that is not there yet.
     *
     * @param settings its further keys as HOCON, without address, port, protocol and pool; may be empty
     */
    record AddVip(VipKey vip, String pool, String settings) implements Edit {}

    /** A VIP, and what it says of its real servers, goes. */
    record RemoveVip(VipKey vip) implements Edit {}

    /**
     * A real server that is not in the pool yet.
     *
     * @param weight 0 to 65535, or {@link IllegalArgumentException}
     */
    record AddReal(String pool, InetAddress real, int weight) implements Edit {
        public AddReal {
            checkWeight(weight);
        }
    }

    /**
     * A real server goes.
     *
     * @param pool null for every pool that has it
     */
    record RemoveReal(@Nullable String pool, InetAddress real) implements Edit {}

    /**
     * A real server's share of new flows.
     *
     * @param vip only in this VIP; null for every pool that has the real server. VIPs that say otherwise keep to it
     * @param weight 0 to 65535, or {@link IllegalArgumentException}
     */
    record SetWeight(InetAddress real, @Nullable VipKey vip, int weight) implements Edit {
        public SetWeight {
            checkWeight(weight);
        }
    }

    /**
     * Whether a real server serves.
     *
     * @param vip only in this VIP; null for everywhere, whatever VIPs say
     */
    record SetOrder(InetAddress real, @Nullable VipKey vip, Order order) implements Edit {}

    private static void checkWeight(int weight) {
        if (weight < 0 || weight > Real.MAX_WEIGHT) {
            throw new IllegalArgumentException(
                    "a weight is 0 to " + Real.MAX_WEIGHT + ", not " + Integer.toUnsignedString(weight));
        }
    }
}
