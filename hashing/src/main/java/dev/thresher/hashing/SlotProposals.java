// SPDX-License-Identifier: Apache-2.0
package dev.thresher.hashing;

import java.util.Arrays;

/**
 * Finds the matching of slots to members of equal weight by having slots propose: deferred acceptance (Gale and Shapley
 * 1962), begun from where every slot has proposed to its earliest member. Members that hold more than their quota reject
 * their latest slots, each of which proposes to its next member, and so on. Both sides go by one time, so the matching is
 * the one that {@link MemberProposals} find too.
 *
 * <p>The first step looks at every pair of member and slot, but at eight of them at once ({@link EarliestMembers}), and few
 * slots are rejected after it. So this is the faster way for few members.
 *
 * <p>An instance is good for one run.
 */
final class SlotProposals {
    /** Of what a member holds at first, so many standard deviations are kept in order: it seldom gives up more. */
    private static final double DEVIATIONS = 4;

    /** Members up to which this is the faster way, by measurement at the size that the data plane has. */
    private static final int FEW = 40;

    private final Matching matching;
    private final EarliestMembers earliest;
    private final int[] steps;

    /** By slot, who holds it and at which rank. */
    private final int[] entries;

    private final int[] held;

    /** The ranks from {@link #floor} on of each member's slots. */
    private final RankHeap[] late;

    private int floor;

    /** @param matching of members of one weight; {@code 2 * members * size} is an int */
    SlotProposals(Matching matching) {
        this.matching = matching;
        earliest = new EarliestMembers(matching);
        entries = earliest.find();
        int members = matching.members();
        steps = new int[members];
        held = new int[members];
        late = new RankHeap[members];
        for (int member = 0; member < members; member++) {
            steps[member] = matching.step(member);
            late[member] = new RankHeap();
        }
        double share = 1.0 / members;
        double kept = Math.min(1, DEVIATIONS / Math.sqrt(share * matching.size()));
        floor = (int) (matching.size() * (1 - Math.pow(kept, share)));
    }

    /** Is this the way to go? */
    static boolean suit(Matching matching) {
        return matching.members() <= FEW && Arrays.stream(matching.weights()).allMatch(weight -> weight == 1);
    }

    /** The member index that holds each slot. */
    int[] run() {
        acceptAll();
        for (int member = 0; member < held.length; member++) {
            while (held[member] > matching.quotas()[member]) {
                giveUpOne(member);
            }
        }
        for (int slot = 0; slot < entries.length; slot++) {
            entries[slot] = earliest.member(entries[slot]);
        }
        return entries;
    }

    private void acceptAll() {
        int lateEntry = earliest.entry(floor, 0);
        for (int entry : entries) {
            int member = earliest.member(entry);
            held[member]++;
            if (entry >= lateEntry) {
                late[member].add(earliest.rank(entry));
            }
        }
    }

    /** The latest slot goes on, and then another in its place, until one comes to a member that has room. */
    private void giveUpOne(int first) {
        int member = first;
        while (held[member] > matching.quotas()[member]) {
            if (late[member].isEmpty()) {
                keepAllInOrder();
            }
            int rank = late[member].remove();
            held[member]--;
            int slot = matching.slot(member, rank);
            int entry = next(slot, earliest.entry(rank, member));
            entries[slot] = entry;
            member = earliest.member(entry);
            held[member]++;
            if (earliest.rank(entry) >= floor) {
                late[member].add(earliest.rank(entry));
            }
        }
    }

    /** Seldom needed, but in pools where each member holds few slots. */
    private void keepAllInOrder() {
        for (int entry : entries) {
            if (earliest.rank(entry) < floor) {
                late[earliest.member(entry)].add(earliest.rank(entry));
            }
        }
        floor = 0;
    }

    /** What a slot proposes after an entry. */
    private int next(int slot, int after) {
        int next = Integer.MAX_VALUE;
        for (int member = 0; member < steps.length; member++) {
            int entry = earliest.entry(matching.rank(member, slot, steps[member]), member);
            if (entry > after && entry < next) {
                next = entry;
            }
        }
        return next;
    }
}
