// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.MemberState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** New flows avoid a member that goes out of service at once, before its VIP's table is built anew. */
class StandInTest {
    private static final int FLOWS = 1000;

    private LoadedProgram lb;
    private Service service;
    private int first;
    private int second;
    private int third;

    @BeforeEach
    void load() {
        lb = LoadedProgram.load();
        service = lb.addVip("203.0.113.10", 80, Frame.TCP);
        first = lb.addMember(service, "10.0.0.1");
        second = lb.addMember(service, "10.0.0.2");
        third = lb.addMember(service, "10.0.0.3");
        lb.setTable(service, first, second, third);
    }

    @AfterEach
    void close() {
        lb.close();
    }

    private static Frame flow(int number) {
        return Frame.tcp("10.0.1.2:" + (1024 + number), "203.0.113.10:80");
    }

    private void start(int flows) {
        for (int i = 0; i < flows; i++) {
            lb.run(flow(i).syn());
        }
    }

    @Test
    void no_new_flow_goes_to_it() {
        lb.setState(first, MemberState.DOWN);
        start(FLOWS);
        assertEquals(0, lb.stats(first).packets());
        assertEquals(FLOWS, lb.stats(second).packets() + lb.stats(third).packets());
    }

    @Test
    void drained_members_serve_until_the_table_goes_without_them() {
        lb.setState(first, MemberState.DRAIN);
        lb.setState(second, MemberState.DRAIN);
        lb.setState(third, MemberState.DRAIN);
        start(FLOWS);
        assertEquals(
                FLOWS,
                lb.stats(first).packets()
                        + lb.stats(second).packets()
                        + lb.stats(third).packets());
    }

    @Test
    void flow_stays_with_its_stand_in_when_the_member_is_back() {
        lb.setState(first, MemberState.DOWN);
        start(FLOWS);
        lb.setState(first, MemberState.UP);
        for (int i = 0; i < FLOWS; i++) {
            lb.run(flow(i).ack());
        }
        assertEquals(0, lb.stats(first).packets());
    }

    @Test
    void others_keep_their_slots() {
        start(FLOWS);
        long before = lb.stats(second).packets();
        lb.flows().clear();
        lb.setState(third, MemberState.DOWN);
        lb.setState(third, MemberState.UP);
        start(FLOWS);
        assertEquals(2 * before, lb.stats(second).packets());
        lb.flows().clear();
        lb.setState(first, MemberState.DOWN);
        start(FLOWS);
        assertTrue(lb.stats(second).packets() >= 3 * before, "a slot of the second went to somebody else");
    }

    @Test
    void packets_are_dropped_and_counted_when_all_are_out_of_service() {
        lb.setState(first, MemberState.DOWN);
        lb.setState(second, MemberState.DOWN);
        lb.setState(third, MemberState.DOWN);
        start(1);
        assertEquals(1, lb.counter(Counter.DROP_NO_REAL));
        assertEquals(1, lb.dropped(service));
    }
}
