// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.flows;

import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.HashKind;
import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MapNames;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.ProgramSettings.Ticks;
import dev.thresher.config.Member;
import dev.thresher.config.Protocol;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.datapath.FlowTable;
import dev.thresher.daemon.datapath.FlowTable.Placed;
import dev.thresher.daemon.datapath.ProgramMaps;
import dev.thresher.daemon.datapath.VipKeys;
import dev.thresher.daemon.flows.Explanation.MemberView;
import dev.thresher.daemon.flows.Explanation.Route;
import dev.thresher.daemon.flows.Explanation.Verdict;
import dev.thresher.daemon.state.DaemonState;
import dev.thresher.hashing.FlowTuple;
import dev.thresher.hashing.SlotHash;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes a packet the way that the program takes it, {@code balance} in {@code lb.bpf.c}: source route, connection table, VIP,
 * Maglev table. A test compares the two.
 */
final class Explainer {
    private static final MacAddress NOWHERE = MacAddress.of(new byte[MacAddress.LENGTH]);

    private final ProgramMaps maps;
    private final DaemonState state;

    Explainer(ProgramMaps maps, DaemonState state) {
        this.maps = maps;
        this.state = state;
    }

    /** An entry and the member that it names, whose VIP the packet is for. */
    private record FoundFlow(Placed placed, MemberRecord member) {}

    Explanation explain(Client client, VipKey destination) {
        FlowTuple tuple = new FlowTuple(
                client.address(),
                client.port(),
                destination.address(),
                destination.port(),
                destination.protocol().number());
        FoundFlow flow = flow(tuple, destination);
        FoundVip vip = FoundVip.of(destination, maps.vips()).orElse(null);
        HashKind hash = vip == null ? HashKind.FIVE_TUPLE : vip.record().hash();
        int slot = SlotHash.slotOf(
                tuple, hash.portsMask(), hash.sourceMask(), maps.settings().maglevSeed());
        MemberRecord choice = vip == null ? null : choice(vip, slot);
        MemberRecord named = named(flow, vip, client);
        boolean tcp = destination.protocol() == Protocol.TCP;
        return new Explanation(
                vip == null ? null : vip.key(),
                vip != null && vip.record().tracked(),
                slot,
                choice == null ? null : memberOf(choice),
                flow == null ? null : view(flow, client),
                members(flow, named, choice),
                tcp ? routeByName(named, route(flow, vip, choice, slot, true)) : null,
                hintAtQuic(vip, routeByName(named, route(flow, vip, choice, slot, false))));
    }

    private @Nullable FoundFlow flow(FlowTuple tuple, VipKey destination) {
        Placed placed = maps.flows().find(Hashes.of(maps.settings()).of(tuple)).orElse(null);
        if (placed == null) {
            return null;
        }
        MemberRecord member = maps.member(placed.entry().member()).orElse(null);
        return member == null || !isFor(member, destination) ? null : new FoundFlow(placed, member);
    }

    /** As pick_member() and stand_in() of the program do. */
    private @Nullable MemberRecord choice(FoundVip vip, int slot) {
        MemberRecord own = memberAt(vip, slot);
        if (own == null || own.state() == MemberState.UP) {
            return own;
        }
        for (int i = 1; i <= MapNames.STAND_INS; i++) {
            MemberRecord standIn = memberAt(vip, (slot + i) % MapNames.TABLE_SLOTS);
            if (standIn != null && standIn.state() == MemberState.UP) {
                return standIn;
            }
        }
        return own.state() == MemberState.DRAIN ? own : null;
    }

    private @Nullable MemberRecord memberAt(FoundVip vip, int slot) {
        int id = maps.memberAt(vip.record().id(), slot);
        return id == 0 ? null : maps.member(id).orElse(null);
    }

    /** The member that a source route names, before table and Maglev have their say; null if none does. */
    private @Nullable MemberRecord named(@Nullable FoundFlow flow, @Nullable FoundVip vip, Client client) {
        int vipId;
        if (flow != null && flow.member.routed()) {
            vipId = flow.member.vipId();
        } else if ((flow == null || !isServing(flow.member))
                && vip != null
                && vip.record().sourceRoutes()) {
            vipId = vip.record().id();
        } else {
            return null;
        }
        return maps.sourceRoute(vipId, client.address())
                .flatMap(maps::member)
                .filter(member -> member.vipId() == vipId)
                .orElse(null);
    }

    private static Route routeByName(@Nullable MemberRecord named, Route otherwise) {
        if (named == null) {
            return otherwise;
        }
        return isServing(named)
                ? new Route(Verdict.FORWARD, memberOf(named), "a source route of the VIP says so")
                : new Route(
                        otherwise.verdict(),
                        otherwise.member(),
                        "the real server of the client's source route is down: " + otherwise.reason());
    }

    private static Route hintAtQuic(@Nullable FoundVip vip, Route route) {
        return vip == null || !vip.record().quic()
                ? route
                : new Route(
                        route.verdict(),
                        route.member(),
                        route.reason() + ", unless a QUIC connection id names a real server");
    }

    private static boolean isServing(MemberRecord member) {
        return member.state() == MemberState.UP || member.state() == MemberState.DRAIN;
    }

    private Route route(
            @Nullable FoundFlow flow, @Nullable FoundVip vip, @Nullable MemberRecord choice, int slot, boolean syn) {
        String refusal = flow == null ? "" : refusal(flow, syn);
        if (flow != null && refusal.isEmpty()) {
            return new Route(Verdict.FORWARD, memberOf(flow.member), "the connection table says so");
        }
        if (vip == null) {
            return new Route(Verdict.PASS, null, refusal + "no VIP has this address, port and protocol");
        }
        if (choice == null) {
            return new Route(
                    Verdict.DROP, null, refusal + "the VIP's Maglev table is empty: no real server takes new flows");
        }
        return new Route(Verdict.FORWARD, memberOf(choice), refusal + "the Maglev table has it at slot " + slot);
    }

    /** Why the entry does not decide, for the beginning of a sentence; empty if it does. */
    private String refusal(FoundFlow flow, boolean syn) {
        MemberState member = flow.member.state();
        if (!isServing(flow.member)) {
            return "the flow's real server is down: ";
        }
        return syn ? refusalOfSyn(flow.placed.entry(), member) : "";
    }

    private String refusalOfSyn(FlowEntry entry, MemberState member) {
        Ticks ticks = maps.settings().ticks();
        long now = maps.nowTicks();
        if (entry.shortLived() || FlowTable.isExpired(entry, now, ticks)) {
            return "the flow has ended, a SYN begins a new one: ";
        }
        if (member == MemberState.DRAIN && !(entry.confirmed() && entry.age(now) <= ticks.reclaim())) {
            return "the flow's real server is being drained and keeps only what lives: ";
        }
        return "";
    }

    private static boolean isFor(MemberRecord member, VipKey destination) {
        return VipKeys.key(member.vip()).covers(destination);
    }

    private Flow view(FoundFlow flow, Client client) {
        return new FlowReader(maps).flow(flow.placed.place(), flow.placed.entry(), memberOf(flow.member), client);
    }

    private List<MemberView> members(
            @Nullable FoundFlow flow, @Nullable MemberRecord named, @Nullable MemberRecord choice) {
        Map<Member, MemberView> views = new LinkedHashMap<>();
        if (flow != null) {
            views.put(memberOf(flow.member), view(flow.member));
        }
        if (named != null) {
            views.put(memberOf(named), view(named));
        }
        if (choice != null) {
            views.put(memberOf(choice), view(choice));
        }
        return new ArrayList<>(views.values());
    }

    private MemberView view(MemberRecord record) {
        Member member = memberOf(record);
        MacAddress nextHop = record.nextHop().destination();
        return new MemberView(member, record.state(), nextHop.equals(NOWHERE) ? null : nextHop, health(member));
    }

    private dev.thresher.daemon.state.@Nullable MemberState health(Member member) {
        return state.vips().stream()
                .filter(vip -> vip.key().equals(member.vip()))
                .flatMap(vip -> vip.members().stream())
                .filter(known -> known.real().equals(member.real()))
                .findFirst()
                .orElse(null);
    }

    private static Member memberOf(MemberRecord record) {
        return new Member(VipKeys.key(record.vip()), record.real());
    }
}
