// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.hashing.FlowTuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Two flows of two VIPs may have the same bucket and tag: each packet goes to a member of its own VIP all the same,
 * and neither flow takes a living entry from the other.
 */
class TagCollisionTest {
    private static final FlowTuple NEWCOMER = Frame.flow("10.0.1.2:40000", "203.0.113.10:80", Frame.TCP);

    private LoadedProgram lb;
    private int own;
    private int strange;
    private int place;

    @BeforeEach
    void load() {
        lb = LoadedProgram.load();
        Service web = lb.addVip("203.0.113.10", 80, Frame.TCP);
        own = lb.addMember(web, "10.0.3.11");
        lb.setTable(web, own);
        Service other = lb.addVip("203.0.113.99", 80, Frame.TCP);
        strange = lb.addMember(other, "10.0.3.66");
        lb.setTable(other, strange);
        place = lb.flows().place(NEWCOMER).entry(0);
    }

    @AfterEach
    void close() {
        lb.close();
    }

    private FlowEntry strangers(int age, boolean confirmed) {
        return new FlowEntry(
                lb.flows().entryOf(NEWCOMER, strange).tag(), strange, lb.flows().aged(age), confirmed, false);
    }

    private void sendToOwn(Frame frame) {
        BpfProgram.Output output = lb.run(frame);
        assertEquals(Verdict.TX, Verdict.of(output));
        assertEquals(
                Frame.address("10.0.3.11"),
                Encapsulated.dissect(output.packet()).outerIpv4().getDstAddr());
        assertEquals(0, lb.stats(strange).packets());
    }

    @Test
    void fresh_confirmed_entry_stays_and_the_newcomer_is_untracked() {
        FlowEntry strangers = strangers(60, true);
        lb.flows().put(place, strangers);
        sendToOwn(Frame.of(NEWCOMER).syn());
        sendToOwn(Frame.of(NEWCOMER).ack());
        assertEquals(strangers, lb.flows().get(place));
        assertEquals(1, lb.flows().all().count());
        assertEquals(2, lb.counter(Counter.FLOW_UNTRACKED));
        assertEquals(2, lb.stats(own).packets());
    }

    @Test
    void idle_entry_makes_room() {
        lb.flows().put(place, strangers(61, true));
        sendToOwn(Frame.of(NEWCOMER).syn());
        assertEquals(lb.flows().entryOf(NEWCOMER, own), lb.flows().get(place));
        assertEquals(1, lb.counter(Counter.FLOW_EVICTED_IDLE));
    }

    @Test
    void unconfirmed_entry_makes_room() {
        lb.flows().put(place, strangers(0, false));
        sendToOwn(Frame.of(NEWCOMER).syn());
        assertEquals(lb.flows().entryOf(NEWCOMER, own), lb.flows().get(place));
        assertEquals(1, lb.counter(Counter.FLOW_EVICTED_UNCONFIRMED));
    }

    @Test
    void entry_of_a_removed_member_makes_room() {
        lb.flows().put(place, strangers(0, true));
        lb.object().map("members").update(LoadedProgram.key(strange), new byte[64]);
        sendToOwn(Frame.of(NEWCOMER).syn());
        assertEquals(lb.flows().entryOf(NEWCOMER, own), lb.flows().get(place));
    }

    @Test
    void entry_of_a_member_that_never_was_makes_room() {
        FlowEntry broken = strangers(0, true);
        lb.flows().put(place, new FlowEntry(broken.tag(), FlowEntry.LARGEST_MEMBER, broken.seen(), true, false));
        sendToOwn(Frame.of(NEWCOMER).syn());
        assertEquals(lb.flows().entryOf(NEWCOMER, own), lb.flows().get(place));
    }

    @Test
    void flow_of_the_same_address_and_port_in_another_protocol_is_another_vips() {
        Service dns = lb.addVip("203.0.113.10", 80, Frame.UDP);
        int udp = lb.addMember(dns, "10.0.3.77");
        FlowEntry entry = strangers(0, true);
        lb.flows().put(place, new FlowEntry(entry.tag(), udp, entry.seen(), true, false));
        sendToOwn(Frame.of(NEWCOMER).ack());
        assertEquals(0, lb.stats(udp).packets());
    }

    @Test
    void packet_for_no_vip_passes_though_its_tag_is_a_flows() {
        FlowTuple stray = Frame.flow("10.0.1.2:40000", "203.0.113.10:81", Frame.TCP);
        int at = lb.flows().place(stray).entry(0);
        FlowEntry entry = new FlowEntry(
                lb.flows().entryOf(stray, own).tag(), own, lb.flows().aged(0), true, false);
        lb.flows().put(at, entry);
        byte[] frame = Frame.of(stray).ack().bytes();
        BpfProgram.Output output = lb.run(frame);
        assertEquals(Verdict.PASS, Verdict.of(output));
        assertArrayEquals(frame, output.packet());
        assertEquals(entry, lb.flows().get(at));
    }

    @Test
    void down_member_of_another_vip_is_not_counted_as_a_move() {
        lb.flows().put(place, strangers(100, true));
        lb.setState(strange, MemberState.DOWN);
        sendToOwn(Frame.of(NEWCOMER).syn());
        assertEquals(0, lb.counter(Counter.FLOW_REPICKED));
    }
}
