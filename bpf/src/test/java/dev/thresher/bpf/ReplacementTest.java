// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.FlowPlace;
import dev.thresher.hashing.FlowTuple;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which entry of a full bucket pair makes room for a new flow. Ages are in ticks; the limits are TestSettings'. */
class ReplacementTest {
    private static final FlowTuple NEWCOMER = Frame.flow("10.0.1.2:40000", "203.0.113.10:80", Frame.TCP);
    private static final int RECLAIM = TestSettings.TICKS.reclaim();
    private static final int LONG_IDLE = TestSettings.TICKS.longIdle();
    private static final int SHORT_IDLE = TestSettings.TICKS.shortIdle();

    private LoadedProgram lb;
    private int member;
    private FlowPlace place;

    @BeforeEach
    void fillThePairWithFreshFlows() {
        lb = LoadedProgram.load();
        Service web = lb.addVip("203.0.113.10", 80, Frame.TCP);
        member = lb.addMember(web, "10.0.3.11");
        lb.setTable(web, member);
        place = lb.flows().place(NEWCOMER);
        for (int i = 0; i < FlowEntry.PER_PAIR; i++) {
            put(i, RECLAIM - i, true, false);
        }
    }

    @AfterEach
    void close() {
        lb.close();
    }

    /** Writes another flow's entry at the place that the program looks at after {@code before} others. */
    private void put(int before, int age, boolean confirmed, boolean shortLived) {
        int tag = lb.flows().entryOf(NEWCOMER, member).tag() ^ (before + 1);
        lb.flows()
                .put(place.entry(before), new FlowEntry(tag, member, lb.flows().aged(age), confirmed, shortLived));
    }

    /** Sends the newcomer's SYN and expects it in that place, and every other entry as it was. */
    private void assertReplaces(int before, Map<Counter, Integer> counted) {
        long[] entries = new long[FlowEntry.PER_PAIR];
        for (int i = 0; i < FlowEntry.PER_PAIR; i++) {
            entries[i] = lb.flows().raw(place.entry(i));
        }
        if (before >= 0) {
            entries[before] = lb.flows().entryOf(NEWCOMER, member).encode();
        }

        assertEquals(Verdict.TX, Verdict.of(lb.run(Frame.of(NEWCOMER).syn())));

        for (int i = 0; i < FlowEntry.PER_PAIR; i++) {
            assertEquals(FlowEntry.decode(entries[i]), lb.flows().get(place.entry(i)), "place " + i);
        }
        Map<Counter, Integer> expected = new EnumMap<>(Counter.class);
        Map<Counter, Integer> actual = new EnumMap<>(Counter.class);
        for (Counter counter : Counter.values()) {
            expected.put(counter, counted.getOrDefault(counter, 0));
            actual.put(counter, (int) lb.counter(counter));
        }
        assertEquals(expected, actual);
        assertEquals(1, lb.stats(member).packets());
    }

    @Test
    void fresh_flows_stay_and_the_newcomer_is_untracked() {
        assertReplaces(-1, Map.of(Counter.FLOW_UNTRACKED, 1));
        assertTrue(lb.flows().find(NEWCOMER).isEmpty());
    }

    @Test
    void untracked_flow_reaches_the_member_of_its_slot() {
        assertEquals(Verdict.TX, Verdict.of(lb.run(Frame.of(NEWCOMER).syn())));
        assertEquals(Verdict.TX, Verdict.of(lb.run(Frame.of(NEWCOMER).ack())));
        assertEquals(2, lb.stats(member).packets());
        assertEquals(2, lb.counter(Counter.FLOW_UNTRACKED));
    }

    @Test
    void empty_place_comes_first() {
        put(3, 500, false, false);
        put(4, 500, true, false);
        lb.flows().put(place.entry(15), FlowEntry.decode(0));
        assertReplaces(15, Map.of());
    }

    @Test
    void expired_entry_is_as_good_as_empty() {
        put(3, 10, false, false);
        put(9, LONG_IDLE + 1, true, false);
        put(12, SHORT_IDLE + 1, true, true);
        assertReplaces(9, Map.of());
    }

    @Test
    void own_bucket_comes_before_its_neighbour() {
        put(12, LONG_IDLE + 1, true, false);
        put(7, SHORT_IDLE + 1, false, true);
        assertReplaces(7, Map.of());
    }

    @Test
    void tcp_flow_expires_after_the_long_timeout_only() {
        put(5, LONG_IDLE, true, false);
        assertReplaces(5, Map.of(Counter.FLOW_EVICTED_IDLE, 1));
    }

    @Test
    void short_lived_flow_is_fresh_up_to_the_reclaim_age() {
        put(5, SHORT_IDLE, true, true);
        assertReplaces(-1, Map.of(Counter.FLOW_UNTRACKED, 1));
    }

    @Test
    void unconfirmed_entry_makes_room_though_it_is_fresh() {
        put(11, 0, false, false);
        assertReplaces(11, Map.of(Counter.FLOW_EVICTED_UNCONFIRMED, 1));
    }

    @Test
    void oldest_unconfirmed_entry_makes_room_first() {
        put(2, 700, true, false);
        put(4, 5, false, false);
        put(10, 7, false, false);
        put(13, 6, false, false);
        assertReplaces(10, Map.of(Counter.FLOW_EVICTED_UNCONFIRMED, 1));
    }

    @Test
    void oldest_idle_entry_makes_room_when_all_are_confirmed() {
        put(1, RECLAIM + 1, true, false);
        put(8, 300, true, false);
        put(14, RECLAIM + 2, true, false);
        assertReplaces(8, Map.of(Counter.FLOW_EVICTED_IDLE, 1));
    }

    @Test
    void entry_is_idle_only_beyond_the_reclaim_age() {
        put(6, RECLAIM, true, false);
        assertReplaces(-1, Map.of(Counter.FLOW_UNTRACKED, 1));
    }

    @Test
    void flow_in_another_pair_is_left_alone() {
        FlowEntry elsewhere = lb.flows().entryOf(NEWCOMER, member);
        int index = (place.pair() ^ 1) * FlowEntry.PER_PAIR;
        lb.flows().put(index, elsewhere);
        assertReplaces(-1, Map.of(Counter.FLOW_UNTRACKED, 1));
        assertEquals(elsewhere, lb.flows().get(index));
    }
}
