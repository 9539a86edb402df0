// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.reconcile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.layout.HashKind;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.QuicConfig;
import dev.thresher.bpf.layout.VipRecord;
import dev.thresher.config.IpText;
import dev.thresher.config.Member;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.datapath.MemoryDatapath;
import dev.thresher.daemon.reconcile.DesiredRoutes.ClientPrefix;
import dev.thresher.daemon.reconcile.DesiredRoutes.ServerId;
import dev.thresher.daemon.reconcile.DesiredState.DesiredMember;
import dev.thresher.daemon.reconcile.DesiredState.DesiredVip;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Random states one after the other, with writes that fail and daemons that die in between: after every write the
 * invariants hold, and after every change that goes through the maps say exactly what was asked for. jqwik prints seeds.
 */
class ReconcilerModelTest {
    private static final int VIPS = 4;
    private static final int MEMBERS = 14;
    private static final int LARGEST_WEIGHT = 3;
    private static final List<VipKey> KEYS = List.of(
            VipKey.parse("203.0.113.10:80/tcp"),
            VipKey.parse("203.0.113.10:80/udp"),
            VipKey.parse("203.0.113.10:any/tcp"),
            VipKey.parse("[2001:db8::10]:80/tcp"),
            VipKey.parse("[2001:db8::10]:443/tcp"));

    /**
     * What happens next.
     *
     * @param failAfter steps until a write fails, or a large number
     * @param withEffect whether the write that fails has its effect all the same
     * @param restart whether a new daemon takes over first
     */
    private record Event(DesiredState desired, int failAfter, boolean withEffect, boolean restart) {}

    @Provide
    Arbitrary<List<Event>> events() {
        Arbitrary<DesiredMember> member = Combinators.combine(
                        Arbitraries.integers().between(1, 5),
                        Arbitraries.integers().between(0, LARGEST_WEIGHT),
                        Arbitraries.of(MemberState.UP, MemberState.UP, MemberState.DRAIN, MemberState.DOWN),
                        Arbitraries.integers().between(0, 1),
                        Arbitraries.of(0, 0, 7, 8))
                .as(Desired::member);
        Arbitrary<DesiredVip> vip = Combinators.combine(
                        Arbitraries.of(KEYS),
                        Arbitraries.of(true, false),
                        member.list().ofMaxSize(5).uniqueElements(DesiredMember::real),
                        Arbitraries.integers().between(0, 5).list().ofMaxSize(3),
                        Arbitraries.integers().between(0, 5).list().ofMaxSize(3))
                .as(ReconcilerModelTest::vip);
        Arbitrary<DesiredState> state = vip.list()
                .ofMaxSize(KEYS.size())
                .uniqueElements(DesiredVip::key)
                .map(DesiredState::new);
        Arbitrary<Integer> failAfter = Arbitraries.frequencyOf(
                Tuple.of(2, Arbitraries.integers().between(0, 12)), Tuple.of(3, Arbitraries.just(Integer.MAX_VALUE)));
        Arbitrary<Boolean> restart = Arbitraries.of(true, false, false);
        // Few states, so that it goes back and forth between them: what a failed change left must not be taken for
        // granted.
        return state.list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .flatMap(states -> Combinators.combine(
                                Arbitraries.of(states), failAfter, Arbitraries.of(true, false), restart)
                        .as(Event::new)
                        .list()
                        .ofMaxSize(12));
    }

    @Property(tries = 3000, edgeCases = EdgeCasesMode.NONE)
    void maps_follow_whatever_fails(@ForAll("events") List<Event> events) {
        MemoryDatapath maps = new MemoryDatapath(VIPS, MEMBERS);
        MapInvariants invariants = new MapInvariants(maps);
        Reconciler reconciler = new Reconciler(maps, new ListTable());
        for (Event event : events) {
            if (event.restart()) {
                reconciler = new Reconciler(maps, new ListTable());
            }
            invariants.asked(event.desired());
            maps.failAfter(event.failAfter(), event.withEffect());
            maps.takeCalls();
            try {
                reconciler.apply(event.desired());
            } catch (CapacityException e) {
                assertEquals(0, maps.takeCalls(), "a state that does not fit is begun");
                assertDoesNotFit(invariants.underway());
                invariants.refused();
                continue;
            } catch (IllegalStateException refusedWrite) {
                continue;
            } finally {
                maps.failNoMore();
            }
            invariants.reached(event.desired());
            assertHolds(maps, reconciler, event.desired());
            maps.takeCalls();
            reconciler.apply(event.desired());
            assertEquals(0, maps.takeCalls(), "the same state is written twice");
        }
    }

    /** With a route to each member that a list names by its place, if there are so many. */
    private static DesiredVip vip(
            VipKey key, boolean tracked, List<DesiredMember> members, List<Integer> servers, List<Integer> clients) {
        Map<ServerId, InetAddress> ids = new HashMap<>();
        Map<ClientPrefix, InetAddress> prefixes = new HashMap<>();
        for (int i = 0; i < servers.size(); i++) {
            if (servers.get(i) < members.size()) {
                ids.put(
                        new ServerId(i % 2, "0" + i),
                        members.get(servers.get(i)).real());
            }
        }
        for (int i = 0; i < clients.size(); i++) {
            if (clients.get(i) < members.size()) {
                prefixes.put(
                        new ClientPrefix(IpText.parse("198.51.100." + 64 * i), 26),
                        members.get(clients.get(i)).real());
            }
        }
        QuicConfig quic = ids.isEmpty() ? QuicConfig.NONE : QuicConfig.quicLb(Map.of(0, 1, 1, servers.size()));
        return new DesiredVip(key, tracked, HashKind.FIVE_TUPLE, new DesiredRoutes(quic, ids, prefixes), members);
    }

    /** Nothing but what was asked for. */
    private static void assertHolds(MemoryDatapath maps, Reconciler reconciler, DesiredState desired) {
        assertEquals(
                desired.vips().stream().collect(Collectors.toMap(DesiredVip::key, DesiredVip::tracked)),
                maps.vips().entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, vip -> vip.getValue().tracked())));
        assertEquals(
                MapInvariants.members(desired, any -> true),
                reconciler.memberIds().keySet());
        assertEquals(reconciler.memberIds(), MapInvariants.ids(maps.members()));
        Set<Integer> tables = new HashSet<>();
        for (DesiredVip vip : desired.vips()) {
            VipRecord record = maps.vip(vip.key());
            int[] expected = vip.members().stream()
                    .filter(member -> member.state() == MemberState.UP)
                    .flatMapToInt(member -> IntStream.generate(() -> idOf(reconciler, vip.key(), member))
                            .limit(member.weight()))
                    .sorted()
                    .toArray();
            if (expected.length > 0) {
                tables.add(record.id());
                assertArrayEquals(expected, maps.tablesById().get(record.id()), vip.key()::toString);
            }
            vip.members()
                    .forEach(member ->
                            assertRecord(record.id(), member, maps.member(idOf(reconciler, vip.key(), member))));
        }
        assertEquals(tables, maps.tables());
        RouteInvariants.assertHolds(maps, desired);
    }

    private static void assertRecord(int vipId, DesiredMember member, MemberRecord record) {
        assertEquals(member.state(), record.state());
        assertEquals(member.nextHop().destination(), record.nextHop().destination());
        assertEquals(vipId, record.vipId());
    }

    private static int idOf(Reconciler reconciler, VipKey vip, DesiredMember member) {
        return reconciler.memberIds().getOrDefault(new Member(vip, member.real()), -1);
    }

    private static void assertDoesNotFit(List<DesiredState> underway) {
        Set<VipKey> vips = new HashSet<>();
        Set<Member> members = new HashSet<>();
        underway.forEach(state -> {
            state.vips().forEach(vip -> vips.add(vip.key()));
            members.addAll(MapInvariants.members(state, any -> true));
        });
        assertTrue(vips.size() > VIPS || members.size() > MEMBERS - 1, () -> "it would fit: " + underway);
    }
}
