// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.LoadedProgram.MemberStats;
import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.hashing.FlowTuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How a flow comes into the connection table, stays with its member, and ends. */
class FlowTableTest {
    private static final String CLIENT = "10.0.1.2:40000";
    private static final String VIP = "203.0.113.10:80";
    private static final FlowTuple FLOW = Frame.flow(CLIENT, VIP, Frame.TCP);
    private static final FlowTuple UDP_FLOW = Frame.flow(CLIENT, VIP, Frame.UDP);

    private LoadedProgram lb;
    private Service web;
    private int first;
    private int second;

    @BeforeEach
    void load() {
        lb = LoadedProgram.load();
        web = lb.addVip("203.0.113.10", 80, Frame.TCP);
        first = lb.addMember(web, "10.0.3.11");
        second = lb.addMember(web, "fd00:3::12");
        lb.setTable(web, first);
    }

    @AfterEach
    void close() {
        lb.close();
    }

    private static Frame packet() {
        return Frame.of(FLOW);
    }

    private void send(Frame frame) {
        assertEquals(Verdict.TX, Verdict.of(lb.run(frame)));
    }

    private FlowEntry entry() {
        return lb.flows().find(FLOW).orElseThrow();
    }

    /** A flow that the program has seen two packets of. */
    private void establish() {
        send(packet().syn());
        send(packet().ack());
        assertTrue(entry().confirmed());
    }

    /** Makes the established flow's last packet that many ticks old. */
    private void age(int ticks) {
        lb.flows()
                .put(
                        lb.flows().place(FLOW).entry(0),
                        new FlowEntry(entry().tag(), first, lb.flows().aged(ticks), true, false));
    }

    @Test
    void syn_is_recorded_unconfirmed() {
        send(packet().syn());
        assertEquals(lb.flows().entryOf(FLOW, first), entry());
        assertEquals(1, lb.flows().all().count());
    }

    @Test
    void entry_is_the_first_of_the_bucket_that_the_hash_names() {
        send(packet().syn());
        assertEquals(entry(), lb.flows().get(lb.flows().place(FLOW).entry(0)));
    }

    @Test
    void repeated_syn_does_not_confirm() {
        send(packet().syn());
        send(packet().syn());
        assertFalse(entry().confirmed());
        assertEquals(1, lb.stats(first).newFlows());
    }

    @Test
    void next_packet_confirms() {
        establish();
        assertEquals(first, entry().member());
        assertFalse(entry().shortLived());
        assertEquals(new MemberStats(2, 80, 1), lb.stats(first));
    }

    @Test
    void flow_that_begins_in_the_middle_is_recorded_unconfirmed() {
        send(packet().ack().payload(100));
        assertFalse(entry().confirmed());
        assertEquals(1, lb.stats(first).newFlows());
    }

    @Test
    void packet_renews_last_seen() {
        establish();
        int place = lb.flows().place(FLOW).entry(0);
        FlowEntry now = entry();
        lb.flows().put(place, new FlowEntry(now.tag(), first, lb.flows().aged(59), true, false));
        send(packet().ack());
        assertEquals(now, entry());
    }

    @Test
    void established_flow_keeps_its_member_when_the_table_changes() {
        establish();
        lb.setTable(web, second);
        send(packet().ack());
        assertEquals(first, entry().member());
        assertEquals(3, lb.stats(first).packets());
        assertEquals(0, lb.stats(second).packets());
        assertEquals(0, lb.counter(Counter.FLOW_REPICKED));
    }

    @Test
    void established_flow_outlives_its_idle_timeout_while_nobody_wants_its_place() {
        establish();
        age(2000);
        lb.setTable(web, second);
        send(packet().ack());
        assertEquals(lb.flows().aged(0), entry().seen());
        assertEquals(3, lb.stats(first).packets());
    }

    @Test
    void flow_of_a_member_that_is_down_is_picked_again_and_counted() {
        establish();
        lb.setTable(web, second);
        lb.setState(first, MemberState.DOWN);
        send(packet().ack());
        assertEquals(second, entry().member());
        assertEquals(1, lb.counter(Counter.FLOW_REPICKED));
        assertEquals(new MemberStats(1, 40, 1), lb.stats(second));
        send(packet().ack());
        assertEquals(1, lb.counter(Counter.FLOW_REPICKED));
        assertEquals(new MemberStats(2, 80, 1), lb.stats(second));
        assertEquals(1, lb.flows().all().count());
    }

    @Test
    void flow_of_a_removed_member_is_picked_again() {
        establish();
        lb.setTable(web, second);
        lb.object().map("members").update(LoadedProgram.key(first), new byte[64]);
        send(packet().ack());
        assertEquals(second, entry().member());
        assertEquals(1, lb.flows().all().count());
    }

    @Test
    void flow_of_a_member_that_is_down_is_dropped_when_nobody_else_serves() {
        establish();
        lb.setTable(web, 0);
        lb.setState(first, MemberState.DOWN);
        assertEquals(Verdict.DROP, Verdict.of(lb.run(packet().ack())));
        assertEquals(1, lb.counter(Counter.DROP_NO_REAL));
        lb.setState(first, MemberState.UP);
        send(packet().ack());
        assertEquals(first, entry().member());
    }

    @Test
    void draining_member_keeps_confirmed_flows() {
        establish();
        lb.setTable(web, second);
        lb.setState(first, MemberState.DRAIN);
        send(packet().ack());
        send(packet().syn());
        assertEquals(first, entry().member());
        assertEquals(4, lb.stats(first).packets());
        assertEquals(0, lb.counter(Counter.FLOW_REPICKED));
    }

    @Test
    void draining_member_loses_a_flow_that_only_tries_to_begin() {
        send(packet().syn());
        lb.setTable(web, second);
        lb.setState(first, MemberState.DRAIN);
        send(packet().syn());
        assertEquals(second, entry().member());
        assertEquals(1, lb.stats(second).newFlows());
        assertEquals(0, lb.counter(Counter.FLOW_REPICKED));
    }

    @Test
    void draining_member_keeps_a_flow_whose_handshake_it_answered() {
        send(packet().syn());
        lb.setTable(web, second);
        lb.setState(first, MemberState.DRAIN);
        send(packet().ack());
        assertEquals(first, entry().member());
        assertTrue(entry().confirmed());
    }

    @Test
    void fin_shortens_the_life_and_the_flow_goes_on() {
        establish();
        send(packet().fin().ack());
        assertTrue(entry().shortLived());
        assertTrue(entry().confirmed());
        send(packet().ack());
        assertTrue(entry().shortLived(), "the last acknowledgement changes nothing");
        assertEquals(4, lb.stats(first).packets());
    }

    @Test
    void rst_leaves_an_entry_that_anybody_may_replace() {
        establish();
        send(packet().rst());
        assertTrue(entry().shortLived());
        assertFalse(entry().confirmed());
    }

    @Test
    void flow_that_goes_on_after_an_rst_lives_as_long_as_before() {
        establish();
        send(packet().rst());
        send(packet().ack());
        assertFalse(entry().shortLived());
        assertTrue(entry().confirmed());
    }

    @Test
    void syn_on_an_expired_entry_starts_a_new_flow() {
        establish();
        age(901);
        lb.setTable(web, second);
        send(packet().syn());
        assertEquals(lb.flows().entryOf(FLOW, second), entry());
    }

    @Test
    void syn_on_an_idle_flow_of_a_draining_member_starts_a_new_flow() {
        establish();
        age(61);
        lb.setState(first, MemberState.DRAIN);
        lb.setTable(web, second);
        send(packet().syn());
        assertEquals(second, entry().member());
    }

    @Test
    void syn_after_fin_starts_a_new_flow() {
        establish();
        send(packet().fin().ack());
        lb.setTable(web, second);
        send(packet().syn());
        assertEquals(lb.flows().entryOf(FLOW, second), entry());
        assertEquals(new MemberStats(1, 40, 1), lb.stats(second));
        assertEquals(1, lb.flows().all().count());
        assertEquals(0, lb.counter(Counter.FLOW_REPICKED));
    }

    @Test
    void udp_flow_is_short_lived_and_confirmed_by_its_second_packet() {
        Service dns = lb.addVip("203.0.113.10", 80, Frame.UDP);
        int member = lb.addMember(dns, "10.0.3.11");
        lb.setTable(dns, member);
        send(Frame.of(UDP_FLOW));
        assertEquals(
                lb.flows().entryOf(UDP_FLOW, member), lb.flows().find(UDP_FLOW).orElseThrow());
        assertTrue(lb.flows().find(UDP_FLOW).orElseThrow().shortLived());
        send(Frame.of(UDP_FLOW));
        assertTrue(lb.flows().find(UDP_FLOW).orElseThrow().confirmed());
        assertEquals(1, lb.stats(member).newFlows());
    }

    @Test
    void tcp_and_udp_flows_of_the_same_ports_are_two() {
        Service dns = lb.addVip("203.0.113.10", 80, Frame.UDP);
        lb.setTable(dns, lb.addMember(dns, "10.0.3.11"));
        send(packet().syn());
        send(Frame.of(UDP_FLOW));
        assertEquals(2, lb.flows().all().count());
    }

    @Test
    void stateless_vip_leaves_no_entry() {
        Service quick = lb.addVip("203.0.113.11", 80, Frame.TCP, false);
        int member = lb.addMember(quick, "10.0.3.11");
        lb.setTable(quick, member);
        send(Frame.tcp(CLIENT, "203.0.113.11:80").syn());
        send(Frame.tcp(CLIENT, "203.0.113.11:80").ack());
        send(Frame.tcp(CLIENT, "203.0.113.11:80").fin());
        assertEquals(0, lb.flows().all().count());
        assertEquals(new MemberStats(3, 120, 1), lb.stats(member));
    }

    @Test
    void flow_in_the_neighbouring_bucket_is_found() {
        int place = lb.flows().place(FLOW).entry(15);
        FlowEntry overflowed = new FlowEntry(lb.flows().entryOf(FLOW, second).tag(), second, 7, true, false);
        lb.flows().put(place, overflowed);
        send(packet().ack());
        assertEquals(second, lb.flows().get(place).member());
        assertEquals(lb.flows().aged(0), lb.flows().get(place).seen());
        assertEquals(1, lb.flows().all().count());
        assertEquals(1, lb.stats(second).packets());
    }
}
