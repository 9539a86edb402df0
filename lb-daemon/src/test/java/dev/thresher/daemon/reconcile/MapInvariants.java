// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.VipRecord;
import dev.thresher.config.Member;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.datapath.MemoryDatapath;
import dev.thresher.daemon.datapath.VipKeys;
import dev.thresher.daemon.reconcile.DesiredState.DesiredMember;
import dev.thresher.daemon.reconcile.DesiredState.DesiredVip;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What must hold after every single write, or else a packet that comes in just then is lost or misled. A change from
 * one state to another may show either's picture of a VIP, and no third.
 */
final class MapInvariants {
    private final MemoryDatapath maps;
    private final RouteInvariants routes;

    /** States that the maps may be between: the last one that was reached, and those that were asked for since. */
    private final List<DesiredState> underway = new ArrayList<>();

    private Map<VipKey, VipRecord> vipsBefore;
    private Map<Integer, MemberRecord> membersBefore;

    MapInvariants(MemoryDatapath maps) {
        this.maps = maps;
        this.routes = new RouteInvariants(maps);
        this.vipsBefore = maps.vips();
        this.membersBefore = maps.members();
        underway.add(new DesiredState(List.of()));
        maps.afterEachStep(this::check);
    }

    void asked(DesiredState desired) {
        underway.add(desired);
    }

    /** Nothing was written for the last state that was asked for. */
    void refused() {
        underway.remove(underway.size() - 1);
    }

    void reached(DesiredState desired) {
        underway.clear();
        underway.add(desired);
        checkNoneDown();
    }

    List<DesiredState> underway() {
        return underway;
    }

    private void check() {
        Map<VipKey, VipRecord> vips = maps.vips();
        Map<Integer, MemberRecord> members = maps.members();
        checkTables(members);
        checkSomebodyServes(vips, members);
        checkVips(vips);
        checkWhatStays(vips, members);
        checkIdentities(members);
        routes.check(underway);
        vipsBefore = vips;
        membersBefore = members;
    }

    private void checkTables(Map<Integer, MemberRecord> members) {
        maps.tablesById().forEach((vipId, slots) -> {
            for (int id : slots) {
                MemberRecord member = members.get(id);
                assertNotNull(member, () -> "table " + vipId + " names the free member " + id);
                assertEquals(vipId, member.vipId(), () -> "table " + vipId + " names another VIP's member " + id);
            }
        });
    }

    /** While a change is on its way other slots stand in for those of a member that is down; afterwards it has none. */
    private void checkNoneDown() {
        Map<Integer, MemberRecord> members = maps.members();
        maps.tablesById().forEach((vipId, slots) -> {
            for (int id : slots) {
                MemberRecord member = members.get(id);
                assertTrue(
                        member != null && member.state() != MemberState.DOWN,
                        () -> "table " + vipId + " names " + id + ", down");
            }
        });
    }

    /** A VIP that has somebody up in all states underway has slots of somebody who serves. */
    private void checkSomebodyServes(Map<VipKey, VipRecord> vips, Map<Integer, MemberRecord> members) {
        for (VipKey key : inAll(MapInvariants::served)) {
            VipRecord vip = vips.get(key);
            int[] slots = vip == null ? new int[0] : maps.tablesById().getOrDefault(vip.id(), new int[0]);
            long serving = Arrays.stream(slots)
                    .filter(id -> Objects.requireNonNull(members.get(id)).state() != MemberState.DOWN)
                    .count();
            assertTrue(serving > 0 || slots.length == 0, () -> key + " has nobody to send to for a moment");
        }
    }

    private static Set<VipKey> served(DesiredState state) {
        return state.vips().stream()
                .filter(vip -> !shares(vip).isEmpty())
                .map(DesiredVip::key)
                .collect(Collectors.toSet());
    }

    private void checkVips(Map<VipKey, VipRecord> vips) {
        Set<Integer> ids = new HashSet<>();
        vips.forEach((key, record) -> {
            assertTrue(ids.add(record.id()), () -> "two VIPs have the id " + record.id());
            boolean mayBeEmpty = underway.stream()
                    .flatMap(state -> state.vips().stream())
                    .anyMatch(vip -> vip.key().equals(key) && shares(vip).isEmpty());
            assertTrue(mayBeEmpty || maps.tables().contains(record.id()), () -> key + " has no table");
        });
    }

    /** What all states want is there all the time, and its ids do not change. */
    private void checkWhatStays(Map<VipKey, VipRecord> vips, Map<Integer, MemberRecord> members) {
        for (VipKey key : inAll(MapInvariants::keys)) {
            assertTrue(vips.containsKey(key), () -> key + " flaps");
            assertEquals(id(vipsBefore, key), id(vips, key), () -> key + " changes its id");
        }
        Map<Member, Integer> ids = ids(members);
        Map<Member, Integer> idsBefore = ids(membersBefore);
        for (Member member : inAll(state -> members(state, any -> true))) {
            assertTrue(ids.containsKey(member), () -> member + " flaps");
            assertEquals(idsBefore.get(member), ids.get(member), () -> member + " changes its id");
        }
        for (Member member : inAll(state -> members(state, any -> any.state() != MemberState.DOWN))) {
            MemberRecord record = members.get(ids.get(member));
            assertTrue(record != null && record.state() != MemberState.DOWN, () -> member + " is down for a moment");
        }
    }

    private void checkIdentities(Map<Integer, MemberRecord> members) {
        members.forEach((id, record) -> {
            MemberRecord before = membersBefore.get(id);
            assertTrue(before == null || memberOf(before).equals(memberOf(record)), () -> id + " is reused unfreed");
        });
    }

    private <T> Set<T> inAll(Function<DesiredState, Set<T>> part) {
        Set<T> common = new HashSet<>(part.apply(underway.get(0)));
        underway.forEach(state -> common.retainAll(part.apply(state)));
        return common;
    }

    private static Set<VipKey> keys(DesiredState state) {
        return state.vips().stream().map(DesiredVip::key).collect(Collectors.toSet());
    }

    static Set<Member> members(DesiredState state, Predicate<DesiredMember> which) {
        Set<Member> members = new HashSet<>();
        state.vips()
                .forEach(vip -> vip.members().stream()
                        .filter(which)
                        .forEach(member -> members.add(new Member(vip.key(), member.real()))));
        return members;
    }

    static Map<Member, Integer> ids(Map<Integer, MemberRecord> members) {
        Map<Member, Integer> ids = new HashMap<>();
        members.forEach((id, record) -> ids.put(memberOf(record), id));
        return ids;
    }

    static Member memberOf(MemberRecord record) {
        return new Member(VipKeys.key(record.vip()), record.real());
    }

    private static List<DesiredMember> shares(DesiredVip vip) {
        return vip.members().stream()
                .filter(member -> member.effectiveWeight() > 0)
                .toList();
    }

    private static int id(Map<VipKey, VipRecord> vips, VipKey key) {
        VipRecord record = vips.get(key);
        return record == null ? -1 : record.id();
    }
}
