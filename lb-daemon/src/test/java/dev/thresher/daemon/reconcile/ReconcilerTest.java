// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.reconcile;

import static dev.thresher.daemon.reconcile.Desired.DNS;
import static dev.thresher.daemon.reconcile.Desired.WEB;
import static dev.thresher.daemon.reconcile.Desired.WEB6;
import static dev.thresher.daemon.reconcile.Desired.address;
import static dev.thresher.daemon.reconcile.Desired.down;
import static dev.thresher.daemon.reconcile.Desired.member;
import static dev.thresher.daemon.reconcile.Desired.state;
import static dev.thresher.daemon.reconcile.Desired.up;
import static dev.thresher.daemon.reconcile.Desired.vip;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.layout.HashKind;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.QuicConfig;
import dev.thresher.bpf.layout.QuicServerKey;
import dev.thresher.bpf.layout.SourceRouteKey;
import dev.thresher.bpf.layout.VipMatch;
import dev.thresher.bpf.layout.VipRecord;
import dev.thresher.config.IpText;
import dev.thresher.config.Member;
import dev.thresher.config.Protocol;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.datapath.MemoryDatapath;
import dev.thresher.daemon.reconcile.DesiredRoutes.ClientPrefix;
import dev.thresher.daemon.reconcile.DesiredRoutes.ServerId;
import dev.thresher.daemon.reconcile.DesiredState.DesiredMember;
import dev.thresher.daemon.reconcile.DesiredState.DesiredVip;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReconcilerTest {
    private final MemoryDatapath maps = new MemoryDatapath(100, 200);
    private final MapInvariants invariants = new MapInvariants(maps);
    private Reconciler reconciler = new Reconciler(maps, new ListTable());

    private int apply(DesiredState desired) {
        invariants.asked(desired);
        maps.takeCalls();
        reconciler.apply(desired);
        invariants.reached(desired);
        return maps.takeCalls();
    }

    private void restart() {
        reconciler = new Reconciler(maps, new ListTable());
    }

    private int id(VipKey vip, int real) {
        return reconciler.memberIds().getOrDefault(new Member(vip, address(real)), -1);
    }

    private int[] table(VipKey vip) {
        return maps.tablesById().getOrDefault(reconciler.vipIds().getOrDefault(vip, -1), new int[0]);
    }

    @Test
    void apply_ofANewVip_writesMembersTableAndVip() {
        assertEquals(4, apply(state(vip(WEB, up(2, 3), down(4)))));

        assertEquals(new VipRecord(0, true), maps.vip(WEB));
        assertArrayEquals(ListTable.of(1, 1, 1), table(WEB));
        assertEquals(
                new MemberRecord(
                        new VipMatch(IpText.parse("203.0.113.10"), 80, Protocol.TCP.number()),
                        MemberState.UP,
                        address(2),
                        Desired.nextHop(0),
                        0),
                maps.member(id(WEB, 2)));
        assertEquals(MemberState.DOWN, maps.member(id(WEB, 4)).state());
    }

    @Test
    void apply_ofTheSameState_writesNothing() {
        DesiredState desired =
                state(vip(WEB, up(2), up(3)), vip(WEB6), vip(DNS, down(2), member(4, 0, MemberState.DRAIN)));
        apply(desired);
        assertEquals(0, apply(desired));
    }

    @Test
    void apply_ofTheSameStateInAnotherOrder_writesNothing() {
        apply(state(vip(WEB, up(2), up(3), up(4)), vip(WEB6, up(2), up(5))));
        assertEquals(0, apply(state(vip(WEB6, up(5), up(2)), vip(WEB, up(4), up(2), up(3)))));
    }

    @Test
    void apply_ofAnEditToOneVip_leavesTheOthersAndAllIdsAlone() {
        apply(state(vip(WEB, up(2), up(3)), vip(WEB6, up(2))));
        Map<Member, Integer> before = reconciler.memberIds();
        int[] other = table(WEB6);

        assertEquals(1, apply(state(vip(WEB6, up(2)), vip(WEB, up(3, 5), up(2)))), "the table of one VIP");

        assertEquals(before, reconciler.memberIds());
        assertArrayEquals(other, table(WEB6));
    }

    @Test
    void apply_ofADrain_takesTheMemberFromTheTableAndKeepsItsRecord() {
        apply(state(vip(WEB, up(2), up(3))));
        apply(state(vip(WEB, member(2, 0, MemberState.DRAIN), up(3))));

        assertArrayEquals(ListTable.of(id(WEB, 3)), table(WEB));
        assertEquals(MemberState.DRAIN, maps.member(id(WEB, 2)).state());
    }

    @Test
    void apply_withNobodyUp_takesTheTableOutAndKeepsTheVip() {
        apply(state(vip(WEB, up(2))));
        apply(state(vip(WEB, down(2))));

        assertTrue(maps.tables().isEmpty());
        assertTrue(maps.vips().containsKey(WEB));

        apply(state(vip(WEB, up(2))));
        assertArrayEquals(ListTable.of(id(WEB, 2)), table(WEB));
    }

    @Test
    void apply_ofANextHop_writesTheMembersAlone() {
        apply(state(vip(WEB, up(2), up(3))));
        assertEquals(1, apply(state(vip(WEB, up(2), member(3, 1, MemberState.UP, 7)))));
        assertEquals(Desired.nextHop(7), maps.member(id(WEB, 3)).nextHop());
    }

    @Test
    void apply_ofUntracked_writesTheVipAlone() {
        apply(state(vip(WEB, up(2))));
        assertEquals(1, apply(state(new DesiredVip(WEB, false, List.of(up(2))))));
        assertFalse(maps.vip(WEB).tracked());
    }

    @Test
    void apply_withoutAVip_leavesNothingOfIt() {
        apply(state(vip(WEB, up(2), up(3)), vip(WEB6, up(2))));
        apply(state(vip(WEB6, up(2))));

        assertEquals(Set.of(WEB6), maps.vips().keySet());
        assertEquals(1, maps.members().size());
        assertEquals(1, maps.tables().size());
        assertEquals(Set.of(WEB6), reconciler.vipIds().keySet());
    }

    @Test
    void ids_thatWereFreed_areTheLastToBeUsedAgain() {
        apply(state(vip(WEB, up(2))));
        int freed = id(WEB, 2);
        for (int round = 0; round < 198; round++) {
            int real = 4 + round % 2;
            apply(state(vip(WEB, up(real))));
            assertNotEquals(freed, id(WEB, real), "after " + round);
        }
        apply(state(vip(WEB, up(2))));
        assertEquals(freed, id(WEB, 2));
    }

    @Test
    void apply_ofMoreThanFits_changesNothingAndTakesNoId() {
        apply(state(vip(WEB, up(2))));
        List<DesiredVip> tooMany = new ArrayList<>(List.of(vip(WEB, up(2), up(3))));
        IntStream.range(1, 101).forEach(port -> tooMany.add(vip(VipKey.parse("192.0.2.1:" + port + "/tcp"), up(2))));
        DesiredState desired = new DesiredState(tooMany);
        CapacityException error = assertThrows(CapacityException.class, () -> reconciler.apply(desired));

        assertEquals(
                "the maps have room for 100 VIPs, of which 99 are free, and 100 are to be added; "
                        + "what is to be removed counts until that is done; raise thresher.capacity.vips",
                error.getMessage());
        assertEquals(Set.of(new Member(WEB, address(2))), reconciler.memberIds().keySet());
        assertEquals(0, apply(state(vip(WEB, up(2)))));
        apply(new DesiredState(tooMany.subList(0, 100)));
    }

    @Test
    void apply_ofMoreMembersThanFit_changesNothing() {
        DesiredVip[] vips = IntStream.range(1, 51)
                .mapToObj(port -> vip(VipKey.parse("192.0.2.1:" + port + "/tcp"), up(2), up(3), up(4), up(5)))
                .toArray(DesiredVip[]::new);
        assertThrows(CapacityException.class, () -> reconciler.apply(state(vips)));
        assertEquals(0, maps.takeCalls());
    }

    @Test
    void apply_ofManyVips_swapsTheirTablesAtOnce() {
        DesiredVip[] vips = IntStream.range(0, 70)
                .mapToObj(port -> vip(VipKey.parse("192.0.2.1:" + port + "/tcp"), up(2)))
                .toArray(DesiredVip[]::new);
        assertEquals(70 + 1 + 1, apply(state(vips)), "members, all tables at once, VIPs");
        assertEquals(70, maps.tables().size());
    }

    @Test
    void restart_keepsIdsAndWritesTablesAlone() {
        DesiredState desired = state(vip(WEB, up(2), up(3)), vip(WEB6, down(2)));
        apply(desired);
        Map<Member, Integer> before = reconciler.memberIds();
        Map<VipKey, Integer> vipsBefore = reconciler.vipIds();
        restart();

        assertEquals(0, maps.takeCalls());
        assertEquals(before, reconciler.memberIds());
        assertEquals(vipsBefore, reconciler.vipIds());
        assertEquals(1, apply(desired), "what a table was built from is not in the maps");
    }

    @Test
    void restart_tellsOfStatesAndNextHopsThatItFound() {
        apply(state(vip(WEB, member(2, 1, MemberState.UP, 9), member(3, 0, MemberState.DRAIN), down(4))));
        restart();

        assertEquals(
                Map.of(
                        new Member(WEB, address(2)), MemberState.UP,
                        new Member(WEB, address(3)), MemberState.DRAIN,
                        new Member(WEB, address(4)), MemberState.DOWN),
                reconciler.memberStates());
        assertEquals(
                Map.of(
                        address(2), Desired.resolved(2, 9),
                        address(3), Desired.resolved(3, 0)),
                reconciler.nextHops());
    }

    @Test
    void restart_afterAStopInTheMiddle_freesWhatBelongsToNothing() {
        apply(state(vip(WEB, up(2)), vip(WEB6, up(3))));
        invariants.asked(state(vip(WEB, up(2))));
        maps.failAfter(1);
        assertThrows(IllegalStateException.class, () -> reconciler.apply(state(vip(WEB, up(2)))));
        assertEquals(2, maps.tables().size(), "the VIP is gone, the rest of it is not");
        restart();

        assertEquals(1, maps.tables().size());
        assertEquals(1, maps.members().size());
    }

    @Test
    void restart_withAnotherConfiguration_removesWhatIsNotInIt() {
        apply(state(vip(WEB, up(2), up(3)), vip(WEB6, up(2))));
        restart();
        apply(state(vip(WEB, up(3))));

        assertEquals(Set.of(WEB), maps.vips().keySet());
        assertEquals(
                Set.of(new Member(WEB, address(3))),
                MapInvariants.ids(maps.members()).keySet());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void apply_afterAFailure_doesNotTrustWhatItDidNotFinish(boolean withEffect) {
        DesiredState first = state(vip(WEB, up(2)), vip(WEB6, up(2)));
        apply(first);
        DesiredState second = state(new DesiredVip(WEB, false, List.of(up(3))), vip(WEB6, up(3)));
        for (int steps = 0; steps < 7; steps++) {
            invariants.asked(second);
            maps.failAfter(steps, withEffect);
            assertThrows(IllegalStateException.class, () -> reconciler.apply(second));
            apply(first);
            assertArrayEquals(ListTable.of(id(WEB, 2)), table(WEB), "failed after " + steps);
            assertArrayEquals(ListTable.of(id(WEB6, 2)), table(WEB6), "failed after " + steps);
            assertTrue(maps.vip(WEB).tracked(), "failed after " + steps);
            assertEquals(2, maps.members().size());
        }
    }

    @Test
    void routes_areWrittenBeforeTheVipThatUsesThem_andOnlyDifferences() {
        DesiredRoutes routes = new DesiredRoutes(
                QuicConfig.quicLb(Map.of(0, 2)),
                Map.of(new ServerId(0, "0a01"), address(2), new ServerId(0, "0a02"), address(4)),
                Map.of(new ClientPrefix(IpText.parse("198.51.100.0"), 24), address(4)));
        DesiredState desired = state(Desired.routed(DNS, routes, up(2), up(4)));
        assertEquals(2 + 1 + 4 + 1, apply(desired), "members, table, routes, VIP");
        assertEquals(new VipRecord(0, true, HashKind.FIVE_TUPLE, true, true), maps.vip(DNS));
        assertTrue(maps.member(id(DNS, 2)).routed());
        assertEquals(Map.of(0, routes.quic()), maps.quicConfigs().read());
        assertEquals(
                Map.of(new QuicServerKey(0, 0, "0a01"), id(DNS, 2), new QuicServerKey(0, 0, "0a02"), id(DNS, 4)),
                maps.quicServers().read());
        assertEquals(
                Map.of(new SourceRouteKey(0, IpText.parse("198.51.100.0"), 24), id(DNS, 4)),
                maps.sourceRoutes().read());
        assertEquals(0, apply(desired));

        DesiredRoutes moved =
                new DesiredRoutes(routes.quic(), Map.of(new ServerId(0, "0a01"), address(4)), routes.clients());
        assertEquals(2, apply(state(Desired.routed(DNS, moved, up(2), up(4)))), "one changed, one removed");
    }

    @Test
    void routes_afterARestart_areAdopted_andGoWithTheirMember() {
        DesiredRoutes routes =
                new DesiredRoutes(QuicConfig.KATRAN, Map.of(new ServerId(0, "00000001"), address(2)), Map.of());
        apply(state(Desired.routed(DNS, routes, up(2), up(4))));
        restart();
        assertEquals(1, apply(state(Desired.routed(DNS, routes, up(2), up(4)))), "the table, which cannot be compared");
        apply(state(vip(DNS, up(4))));
        assertEquals(Map.of(), maps.quicServers().read());
        assertEquals(Map.of(), maps.quicConfigs().read());
        assertEquals(new VipRecord(0, true), maps.vip(DNS));
    }

    @Test
    void routes_ofOrphans_goBeforeTheirIdsAreFreed() {
        DesiredRoutes routes = new DesiredRoutes(
                QuicConfig.KATRAN,
                Map.of(new ServerId(0, "00000001"), address(2)),
                Map.of(new ClientPrefix(IpText.parse("198.51.100.0"), 24), address(2)));
        apply(state(Desired.routed(DNS, routes, up(2))));
        invariants.asked(state());
        maps.failAfter(1); // the VIP and no more
        assertThrows(IllegalStateException.class, () -> reconciler.apply(state()));
        maps.failNoMore();
        restart();
        assertEquals(Map.of(), maps.quicServers().read());
        assertEquals(Map.of(), maps.sourceRoutes().read());
        assertEquals(Map.of(), maps.members());
    }

    @Test
    void routes_toAStranger_areRefused() {
        DesiredRoutes routes =
                new DesiredRoutes(QuicConfig.NONE, Map.of(), Map.of(new ClientPrefix(address(2), 32), address(6)));
        assertThrows(IllegalArgumentException.class, () -> Desired.routed(DNS, routes, up(2)));
    }

    @Test
    void egress_keepsAnInterfacesIndexWhileAMemberNamesIt() {
        apply(state(vip(WEB, behind(7, 2), behind(8, 3), behind(7, 4), up(5))));
        Map<Integer, Integer> indexes = maps.egress().read();
        assertEquals(Set.of(7, 8), Set.copyOf(indexes.values()));
        assertEquals(7, indexes.get(maps.member(id(WEB, 2)).nextHop().egress()));
        assertEquals(maps.member(id(WEB, 2)).nextHop(), maps.member(id(WEB, 4)).nextHop());
        assertEquals(0, maps.member(id(WEB, 5)).nextHop().egress());

        restart();
        assertEquals(
                Map.of(address(2), 7, address(3), 8, address(4), 7, address(5), 0),
                reconciler.nextHops().entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, hop -> hop.getValue().egress())));
        apply(state(vip(WEB, up(2), behind(8, 3), behind(9, 4), up(5))));
        assertEquals(Set.of(8, 9), Set.copyOf(maps.egress().read().values()));
        assertEquals(
                8, maps.egress().read().get(maps.member(id(WEB, 3)).nextHop().egress()));
    }

    @Test
    void egress_ofMoreInterfacesThanFit_isRefused() {
        DesiredMember[] members = IntStream.range(0, EgressIndexes.END)
                .mapToObj(i -> behind(i + 1, 2 * i))
                .toArray(DesiredMember[]::new);
        CapacityException refused =
                assertThrows(CapacityException.class, () -> reconciler.apply(state(vip(WEB, members))));
        assertEquals(
                "packets can leave by 63 interfaces besides the one that they come in by, and 64 are wanted; what is"
                        + " to be removed counts until that is done",
                refused.getMessage());
        assertEquals(0, maps.takeCalls());
    }

    @Test
    void egress_thatWentAndCameBackWithItsNumber_isWrittenAnew() {
        apply(state(vip(WEB, behind(7, 2))));
        maps.loseInterface(7);
        maps.regainInterface(7);
        apply(state(vip(WEB, behind(7, 2))));
        assertEquals(
                7, maps.egress().read().get(maps.member(id(WEB, 2)).nextHop().egress()));
    }

    @Test
    void egress_thatIsGone_takesDownTheRealsBehindItAlone() {
        // Invariants would miss the one that goes down though it is wanted.
        MemoryDatapath bare = new MemoryDatapath(100, 200);
        Reconciler alone = new Reconciler(bare, new ListTable());
        DesiredState desired = state(vip(WEB, behind(7, 2), behind(8, 4)), vip(WEB6, up(3)));
        bare.loseInterface(7);
        alone.apply(desired);
        assertEquals(
                Map.of(address(2), MemberState.DOWN, address(4), MemberState.UP, address(3), MemberState.UP),
                states(bare));

        bare.regainInterface(7);
        alone.apply(desired);
        assertEquals(Set.of(MemberState.UP), Set.copyOf(states(bare).values()));
        assertEquals(Set.of(7, 8), Set.copyOf(bare.egress().read().values()));
    }

    private static Map<InetAddress, MemberState> states(MemoryDatapath maps) {
        return maps.members().values().stream().collect(Collectors.toMap(MemberRecord::real, MemberRecord::state));
    }

    @Test
    void apply_ofMoreSourceRoutesThanFit_changesNothing() {
        Map<ClientPrefix, InetAddress> clients = new HashMap<>();
        IntStream.range(0, maps.sourceRoutes().capacity() + 1)
                .forEach(i ->
                        clients.put(new ClientPrefix(IpText.parse("10.0." + i / 256 + "." + i % 256), 32), address(2)));
        DesiredRoutes routes = new DesiredRoutes(QuicConfig.NONE, Map.of(), clients);
        CapacityException refused = assertThrows(
                CapacityException.class, () -> reconciler.apply(state(Desired.routed(DNS, routes, up(2)))));
        assertEquals(
                "the maps have room for 200 client prefixes, and 201 are wanted; raise thresher.capacity.prefixes",
                refused.getMessage());
        assertEquals(0, maps.takeCalls());
    }

    @Test
    void apply_ofServerIdsThatFitOnlyWithoutTheOldOnes_changesNothing() {
        apply(state(Desired.routed(DNS, serverIds(0, 150), up(2))));
        CapacityException refused = assertThrows(
                CapacityException.class,
                () -> reconciler.apply(state(Desired.routed(DNS, serverIds(100, 150), up(2)))));
        assertEquals(
                "the maps have room for 200 server ids, and 150 are wanted, 250 with what is to be removed, which"
                        + " counts until that is done; raise thresher.capacity.server-ids",
                refused.getMessage());
        apply(state(Desired.routed(DNS, serverIds(50, 150), up(2))));
    }

    private static DesiredRoutes serverIds(int first, int count) {
        Map<ServerId, InetAddress> servers = new HashMap<>();
        IntStream.range(first, first + count)
                .forEach(id -> servers.put(new ServerId(0, String.format("%04x", id)), address(2)));
        return new DesiredRoutes(QuicConfig.NONE, servers, Map.of());
    }

    private static DesiredMember behind(int egress, int real) {
        return member(real, 1, MemberState.UP, 0, egress);
    }
}
