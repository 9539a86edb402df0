// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.layout.Counter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A packet for a VIP that cannot be sent on is dropped and counted, at the VIP and by its reason. */
class DropTest {
    private LoadedProgram lb;

    @BeforeEach
    void load() {
        lb = LoadedProgram.load();
    }

    @AfterEach
    void close() {
        lb.close();
    }

    private Verdict run(int port) {
        return Verdict.of(
                lb.run(Frame.tcp("10.0.1.2:" + port, "203.0.113.10:80").syn()));
    }

    @Test
    void vip_without_a_table_drops() {
        Service service = lb.addVip("203.0.113.10", 80, Frame.TCP);
        assertEquals(Verdict.DROP, run(1));
        assertEquals(1, lb.dropped(service));
        assertEquals(1, lb.counter(Counter.DROP_NO_REAL));
        assertEquals(0, lb.flows().all().count());
    }

    @Test
    void vip_with_an_empty_table_drops_each_packet() {
        Service other = lb.addVip("203.0.113.11", 80, Frame.TCP);
        Service service = lb.addVip("203.0.113.10", 80, Frame.TCP);
        lb.setTable(service, 0);
        assertEquals(Verdict.DROP, run(1));
        assertEquals(Verdict.DROP, run(1));
        assertEquals(Verdict.DROP, run(2));
        assertEquals(3, lb.dropped(service));
        assertEquals(0, lb.dropped(other));
        assertEquals(3, lb.counter(Counter.DROP_NO_REAL));
        assertEquals(0, lb.counter(Counter.PASS));
    }

    @Test
    void table_that_names_a_member_out_of_range_is_a_contradiction() {
        Service service = lb.addVip("203.0.113.10", 80, Frame.TCP);
        lb.setTable(service, 1 << 19);
        assertEquals(Verdict.ABORTED, run(1));
        assertEquals(1, lb.counter(Counter.ABORTED));
    }
}
