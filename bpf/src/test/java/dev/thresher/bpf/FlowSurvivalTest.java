// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.MapNames;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.hashing.AddressKey;
import dev.thresher.hashing.FlowTuple;
import dev.thresher.hashing.MaglevTable;
import dev.thresher.hashing.SlotHash;
import dev.thresher.hashing.WeightedMember;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Whatever happens to a pool, no flow moves whose real server is still in service. */
class FlowSurvivalTest {
    private static final int CHANGES = Integer.getInteger("thresher.survival-changes", 300);
    private static final int FLOWS = 100_000;
    private static final int SAMPLE = 100;
    private static final int PAIRS = 1 << 14;
    private static final int LARGEST_POOL = 30;
    private static final int SEED = 1;
    private static final int NOBODY = 0;

    private final Random random = Seeds.random(getClass());
    private final RandomFlows clients = new RandomFlows(random);
    private final MaglevTable maglev = new MaglevTable(MaglevTable.DEFAULT_SIZE);

    private final Map<Integer, Member> pool = new TreeMap<>();
    private final List<Live> live = new ArrayList<>();
    private int[] table = {};

    private record Member(String real, int weight, MemberState state) {
        boolean takesNewFlows() {
            return state == MemberState.UP && weight > 0;
        }

        boolean serves() {
            return state == MemberState.UP || state == MemberState.DRAIN;
        }
    }

    private static final Member UNKNOWN = new Member("0.0.0.0", 0, MemberState.FREE);

    /** A flow and who has it. */
    private record Live(FlowTuple flow, int member) {}

    @Test
    void flows_stay_while_their_real_server_serves() {
        try (LoadedProgram lb = LoadedProgram.load(TestSettings.withFlowPairs(PAIRS))) {
            Service web = lb.addVip("203.0.113.10", 80, Frame.TCP);
            for (int i = 0; i < 10; i++) {
                add(lb, web);
            }
            setTable(lb, web);
            establish(lb, web);
            for (int i = 0; i < CHANGES; i++) {
                change(lb, web);
                for (int sample = 0; sample < SAMPLE; sample++) {
                    check(lb, random.nextInt(live.size()));
                }
            }
            for (int index = 0; index < live.size(); index++) {
                check(lb, index);
            }
        }
    }

    private void establish(LoadedProgram lb, Service web) {
        while (live.size() < FLOWS) {
            FlowTuple flow = clients.to(web);
            lb.run(Frame.of(flow).syn());
            lb.run(Frame.of(flow).ack());
            lb.flows().find(flow).ifPresent(entry -> live.add(new Live(flow, entry.member())));
        }
    }

    private void check(LoadedProgram lb, int index) {
        Live before = live.get(index);
        Member member = pool.get(before.member);
        int expected = member != null && member.serves()
                ? before.member
                : table[SlotHash.slotOf(before.flow, TestSettings.MAGLEV_SEED)];

        byte[] sent = lb.run(Frame.of(before.flow).ack()).packet();

        assertEquals(
                realOf(expected),
                Encapsulated.dissect(sent).outerIpv4().getDstAddr(),
                () -> before.flow + " of " + member);
        assertEquals(expected, lb.flows().find(before.flow).orElseThrow().member());
        live.set(index, new Live(before.flow, expected));
    }

    private InetAddress realOf(int id) {
        return Frame.address(pool.getOrDefault(id, UNKNOWN).real);
    }

    private void change(LoadedProgram lb, Service web) {
        int id = new ArrayList<>(pool.keySet()).get(random.nextInt(pool.size()));
        Member member = pool.getOrDefault(id, UNKNOWN);
        switch (random.nextInt(6)) {
            case 0 -> add(lb, web);
            case 1 -> remove(lb, id);
            case 2 -> put(lb, web, id, new Member(member.real, random.nextInt(5), member.state));
            case 3 -> put(lb, web, id, new Member(member.real, member.weight, MemberState.DRAIN));
            case 4 -> put(lb, web, id, new Member(member.real, member.weight, MemberState.DOWN));
            default -> put(lb, web, id, new Member(member.real, member.weight, MemberState.UP));
        }
        if (pool.values().stream().noneMatch(Member::takesNewFlows)) {
            serveAgain(lb, web);
        }
        setTable(lb, web);
    }

    private void serveAgain(LoadedProgram lb, Service web) {
        if (pool.isEmpty()) {
            add(lb, web);
            return;
        }
        for (Map.Entry<Integer, Member> each : List.copyOf(pool.entrySet())) {
            put(lb, web, each.getKey(), new Member(each.getValue().real, 1, MemberState.UP));
        }
    }

    /** At the lowest free id: ids are used again. */
    private void add(LoadedProgram lb, Service web) {
        int id = 1;
        while (pool.containsKey(id)) {
            id++;
        }
        if (id > LARGEST_POOL) {
            remove(lb, 1 + random.nextInt(LARGEST_POOL));
            return;
        }
        put(lb, web, id, new Member(newAddress(id), 1 + random.nextInt(4), MemberState.UP));
    }

    private String newAddress(int id) {
        return "10.0." + random.nextInt(256) + "." + id;
    }

    private void put(LoadedProgram lb, Service web, int id, Member member) {
        pool.put(id, member);
        lb.put(
                id,
                new MemberRecord(
                        web.address(),
                        web.port(),
                        web.protocol(),
                        member.state,
                        Frame.address(member.real),
                        new MemberRecord.NextHop(LoadedProgram.NEXT_HOP, LoadedProgram.OWN),
                        web.id()));
    }

    private void remove(LoadedProgram lb, int id) {
        pool.remove(id);
        lb.object().map(MapNames.MEMBERS).update(LoadedProgram.key(id), new byte[MemberRecord.LENGTH]);
        for (int index = 0; index < lb.flows().capacity(); index++) {
            if (FlowEntry.memberOf(lb.flows().raw(index)) == id) {
                lb.flows().put(index, FlowEntry.decode(0));
            }
        }
        // Whoever gets the id next is not who had these.
        live.replaceAll(flow -> flow.member == id ? new Live(flow.flow, NOBODY) : flow);
    }

    private void setTable(LoadedProgram lb, Service web) {
        List<WeightedMember> members = new ArrayList<>();
        pool.forEach((id, member) -> {
            if (member.takesNewFlows()) {
                members.add(new WeightedMember(id, AddressKey.of(Frame.address(member.real)), member.weight));
            }
        });
        table = maglev.build(members, SEED).orElseThrow();
        lb.setTable(web, slot -> table[slot]);
        assertTrue(table.length == MapNames.TABLE_SLOTS);
    }
}
