// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.plan;

import dev.thresher.bpf.layout.MemberState;
import java.net.InetAddress;
import java.util.List;

/**
 * What the data plane shall do for a VIP.
 *
 * @param pool the one that serves it
 * @param mode how
 * @param members of all its pools, each real server once
 * @param untilNanos how long this holds if nothing happens; {@link Long#MAX_VALUE} for ever
 * @param undecided whether nobody has judged some of them yet
 */
public record VipPlan(String pool, Mode mode, List<MemberPlan> members, long untilNanos, boolean undecided) {
    public VipPlan {
        members = List.copyOf(members);
    }

    /** How a VIP is served. */
    public enum Mode {
        /** By its own pool, as it should be. */
        NORMAL,
        /** By a fallback, for its own pool has too few that are up. */
        FALLBACK,
        /** By too few, for no pool has enough. */
        SHORT,
        /** By all of a pool, whatever their probes say: so few are up that the probes are likelier to be wrong. */
        PANIC,
        /** By nobody. */
        NONE
    }

    /**
     * The part of one real server.
     *
     * @param pool where it comes from
     * @param weight as configured
     * @param share fifths of its weight that it gets: less than 5 while it starts slowly, 0 if it gets no new flows
     * @param tableWeight its share in the Maglev table, relative to the others' there; 0 if it gets no new flows
     * @param state what the data plane does with its flows
     */
    public record MemberPlan(InetAddress real, String pool, int weight, int share, int tableWeight, MemberState state) {
        /** The weight that it has now, in the terms of the configuration, rounded up. */
        public int effectiveWeight() {
            return (weight * share + SlowStart.FULL - 1) / SlowStart.FULL;
        }

        /** Whether it has some of its weight but not all. */
        public boolean startsSlowly() {
            return share > 0 && share < SlowStart.FULL;
        }
    }
}
