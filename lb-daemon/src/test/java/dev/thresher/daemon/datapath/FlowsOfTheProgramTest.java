// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.BpfProgram;
import dev.thresher.bpf.layout.HashKind;
import dev.thresher.bpf.layout.MapNames;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.config.IpText;
import dev.thresher.config.Member;
import dev.thresher.config.Protocol;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.flows.Client;
import dev.thresher.daemon.flows.ClientSet;
import dev.thresher.daemon.flows.Explanation;
import dev.thresher.daemon.flows.Explanation.Route;
import dev.thresher.daemon.flows.Explanation.Verdict;
import dev.thresher.daemon.flows.Flow;
import dev.thresher.daemon.flows.FlowCount;
import dev.thresher.daemon.flows.FlowCounting;
import dev.thresher.daemon.flows.FlowQuery;
import dev.thresher.daemon.flows.FlowScan;
import dev.thresher.daemon.flows.FlowState;
import dev.thresher.daemon.flows.QueryException;
import dev.thresher.daemon.reconcile.DesiredRoutes.ClientPrefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the daemon reads in the maps, against what the program in the kernel does with packets. */
final class FlowsOfTheProgramTest {
    private static final VipKey WEB = RunningProgram.tcp("203.0.113.10", 80);
    private static final VipKey WEB6 = RunningProgram.tcp("2001:db8:cafe::10", 80);
    private static final VipKey DNS = RunningProgram.udp("203.0.113.53", 53);
    private static final VipKey PLAIN = RunningProgram.tcp("203.0.113.11", 80);
    private static final String ROUTED = "a source route of the VIP says so";
    private static final VipKey ANY = RunningProgram.tcp("203.0.113.12", 0);

    private static final VipKey NET = VipKey.parse("203.0.113.0/24:80/tcp");
    private static final VipKey NET_ANY = VipKey.parse("203.0.113.0/25:any/tcp");
    private static final VipKey NET6 = VipKey.parse("[2001:db8:cafe::/48]:any/tcp");

    private static final int SLICE = 1_000;

    /** In ticks of about a second, on all sides of the reclaim age and the idle timeouts, and far from each. */
    private static final int[] AGES = {0, 10, 45, 100, 1_000};

    private @Nullable RunningProgram opened;

    @BeforeEach
    void load() throws DatapathException {
        RunningProgram program = new RunningProgram("flows", 1 << 14);
        opened = program;
        program.vip(WEB, true, "10.0.3.11", "10.0.3.12", "10.0.3.13");
        program.vip(WEB6, true, "fd00:3::11", "10.0.3.12");
        program.vip(DNS, true, "10.0.3.11", "10.0.3.12");
        program.vip(PLAIN, false, "10.0.3.11", "10.0.3.12");
        program.vip(ANY, true, "10.0.3.11", "10.0.3.12");
    }

    @AfterEach
    void unload() {
        if (opened != null) {
            opened.close();
        }
    }

    @Test
    void explain_predictsWhatTheProgramDoes() throws QueryException {
        program().vip(NET, HashKind.SOURCE, "10.0.3.21", "10.0.3.22", "10.0.3.23");
        program().vip(NET_ANY, HashKind.SOURCE_PORT, "10.0.3.24", "10.0.3.25");
        program().vip(NET6, HashKind.DESTINATION_PORT, "fd00:3::26", "10.0.3.27", "10.0.3.28");
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 3_000; i++) {
            if (random.nextInt(20) == 0) {
                changeAMember(random);
            }
            if (random.nextInt(40) == 0) {
                changeRoutes(random);
            }
            if (random.nextInt(20) == 0) {
                program().age(() -> AGES[random.nextInt(AGES.length)]);
            }
            VipKey destination = destination(random);
            Client client = client(random, destination);
            int flags = flags(random);
            Explanation explanation = program().view().explain(client, destination);
            boolean syn = destination.protocol() == Protocol.TCP && (flags & TestPacket.SYN) != 0;
            Route expected = syn ? explanation.onSyn() : explanation.onPacket();
            BpfProgram.Output output = program().run(client, destination, flags);

            String context = "seed " + seed + ", packet " + i + ", " + client + " to " + destination + ", flags "
                    + flags + ": " + explanation;
            assertEquals(expected, actual(output, expected), context);
        }
    }

    @Test
    void explain_ofAFlowGoesFromTableToEntryToTheNextMember() throws QueryException {
        Client client = Client.parse("198.51.100.7:40000");
        Explanation unknown = program().view().explain(client, WEB);
        assertEquals(WEB, unknown.vip());
        assertEquals(null, unknown.flow());
        assertEquals(unknown.choice(), route(unknown.onSyn()).member());
        Member first = member(unknown.choice());

        program().run(client, WEB, TestPacket.SYN);
        assertEquals(FlowState.UNCONFIRMED, stateOf(client, WEB));
        program().run(client, WEB, TestPacket.ACK);
        assertEquals(FlowState.CONFIRMED, stateOf(client, WEB));

        program().set(WEB, first.real(), MemberState.DRAIN);
        Explanation draining = program().view().explain(client, WEB);
        assertEquals(first, draining.onPacket().member());
        assertTrue(!first.equals(draining.choice()), "a member that drains is not in the table");
        assertEquals(MemberState.DRAIN, draining.members().get(0).state());

        program().set(WEB, first.real(), MemberState.DOWN);
        Explanation down = program().view().explain(client, WEB);
        assertEquals(down.choice(), down.onPacket().member());
        assertEquals(
                "the flow's real server is down: the Maglev table has it at slot " + down.slot(),
                down.onPacket().reason());

        program().run(client, WEB, TestPacket.FIN | TestPacket.ACK);
        program().run(client, WEB, TestPacket.FIN | TestPacket.ACK);
        assertEquals(FlowState.ENDING, stateOf(client, WEB));
    }

    @Test
    void explain_ofAClientWithASourceRoute_namesIt() throws QueryException {
        Client client = Client.parse("198.51.100.7:40000");
        InetAddress chosen = IpText.parse("10.0.3.13");
        program().route(WEB, new ClientPrefix(IpText.parse("198.51.100.0"), 24), chosen);
        Explanation routed = program().view().explain(client, WEB);
        assertEquals(new Route(Verdict.FORWARD, new Member(WEB, chosen), ROUTED), routed.onPacket());
        assertEquals(routed.onPacket(), routed.onSyn());

        program().set(WEB, chosen, MemberState.DOWN);
        Explanation down = program().view().explain(client, WEB);
        assertEquals(
                new Route(
                        Verdict.FORWARD,
                        down.choice(),
                        "the real server of the client's source route is down: the Maglev table has it at slot "
                                + down.slot()),
                down.onPacket());
    }

    @Test
    void explain_ofWhatIsNoVip_leavesThePacketToTheKernel() throws QueryException {
        Explanation explanation =
                program().view().explain(Client.parse("198.51.100.7:40000"), RunningProgram.tcp("203.0.113.10", 81));

        assertEquals(null, explanation.vip());
        assertEquals(Verdict.PASS, explanation.onPacket().verdict());
        assertEquals(List.of(), explanation.members());
        assertTrue(explanation.slot() < MapNames.TABLE_SLOTS);
    }

    @Test
    void explain_ofAVipWithoutMembers_drops() throws QueryException {
        program().reals(WEB).forEach(real -> program().set(WEB, real, MemberState.DOWN));

        assertEquals(
                new Route(Verdict.DROP, null, "the VIP's Maglev table is empty: no real server takes new flows"),
                program()
                        .view()
                        .explain(Client.parse("198.51.100.7:40000"), WEB)
                        .onSyn());
    }

    @Test
    void explain_betweenTwoFamilies_isRefused() {
        QueryException e = assertThrows(
                QueryException.class, () -> program().view().explain(Client.parse("[2001:db8::7]:1"), WEB));

        assertEquals(
                "no packet goes from [2001:db8::7]:1 to 203.0.113.10:80/tcp: one is IPv4, the other IPv6",
                e.getMessage());
    }

    @Test
    void list_findsByVipRealAndClient() throws QueryException {
        Set<Client> clients = new HashSet<>();
        for (int i = 0; i < 300; i++) {
            Client client = new Client(IpText.parse("198.51.100." + i % 4), 40_000 + i);
            clients.add(client);
            program().run(client, WEB, TestPacket.SYN);
            program().run(client, DNS, 0);
            program().run(client, PLAIN, TestPacket.SYN);
        }
        InetAddress real = IpText.parse("10.0.3.12");

        assertEquals(600, list(null, null, null).size());
        assertEquals(300, list(WEB, null, null).size());
        assertEquals(List.of(), list(PLAIN, null, null));
        List<Flow> ofReal = list(null, real, null);
        assertTrue(ofReal.size() > 100 && ofReal.size() < 350, ofReal.size() + " of 600 on one of 2 and one of 3");
        assertEquals(Set.of(new Member(WEB, real)), members(list(WEB, real, null)));
        assertEquals(75, list(DNS, null, "198.51.100.1").size());
        assertEquals(300, list(WEB, null, "198.51.100.0/30").size());
        assertEquals(
                clients,
                Set.copyOf(list(WEB, null, "198.51.100.0/30").stream()
                        .map(Flow::client)
                        .toList()));
        List<Flow> one = list(WEB, null, "198.51.100.2:40002");
        assertEquals(1, one.size());
        assertEquals(
                program()
                        .view()
                        .explain(Client.parse("198.51.100.2:40002"), WEB)
                        .flow(),
                one.get(0));
        assertEquals(List.of(), list(WEB, null, "198.51.100.2:40003"));
    }

    @Test
    void list_findsAClientOnAVipOfAnyPort() throws QueryException {
        Client client = Client.parse("198.51.100.7:40000");
        program().run(client, RunningProgram.tcp("203.0.113.12", 8443), TestPacket.SYN);
        program().run(client, RunningProgram.tcp("203.0.113.12", 22), TestPacket.SYN);

        assertEquals(2, list(ANY, null, client.toString()).size());
    }

    @Test
    void list_ofTooManyClients_saysWhy() {
        QueryException e = assertThrows(QueryException.class, () -> list(WEB, null, "198.51.100.0/24"));

        assertEquals(
                "too many candidates: the clients 198.51.100.0/24 may have 16,777,216 flows with 203.0.113.10:80/tcp,"
                        + " and no more than 1,048,576 can be tried. The connection table holds hashes of flows, not the"
                        + " clients' addresses, so that each has to be looked up. Ask for one address, one address and"
                        + " port, or one VIP",
                e.getMessage());
        assertThrows(QueryException.class, () -> list(null, null, "::/0"));
    }

    @Test
    void list_ofClientsThatNoVipSpeaksTo_isEmpty() throws QueryException {
        program().removeVip(WEB6);

        assertEquals(List.of(), list(null, null, "::/0"));
    }

    @Test
    void list_ofWhatIsNotThere_saysWhatIs() {
        QueryException vip =
                assertThrows(QueryException.class, () -> list(RunningProgram.tcp("1.2.3.4", 5), null, null));
        assertTrue(vip.isNotFound());
        assertTrue(
                String.valueOf(vip.getMessage())
                        .startsWith("the daemon has no VIP 1.2.3.4:5/tcp.\nIt has 203.0.113.10:80/tcp, "),
                vip.getMessage());

        QueryException real = assertThrows(QueryException.class, () -> list(DNS, IpText.parse("10.0.3.13"), null));
        assertEquals(
                "the daemon has no real server 10.0.3.13 for 203.0.113.53:53/udp.\nIt has 10.0.3.11, 10.0.3.12.",
                real.getMessage());
    }

    @Test
    void count_agreesWithTheListAndForgetsRemovedMembers() throws QueryException {
        for (int i = 0; i < 200; i++) {
            Client client = new Client(IpText.parse("198.51.100.7"), 40_000 + i);
            program().run(client, WEB, TestPacket.SYN);
            program().run(client, DNS, 0);
            program().run(client, DNS, 0);
        }
        FlowCount count = count();
        assertEquals(1 << 14, count.table().places());
        assertEquals(200, count.table().confirmed());
        assertEquals(200, count.table().unconfirmed());
        assertEquals(200, sumOf(count, WEB));
        assertEquals(200, sumOf(count, DNS));

        program().removeVip(WEB);
        assertEquals(200, count().table().occupied());
        assertEquals(0, sumOf(count(), WEB));
        assertEquals(200, list(null, null, null).size());
    }

    @Test
    void list_stopsSoonAfterEnoughWereFound() throws QueryException {
        for (int i = 0; i < 3_000; i++) {
            program().run(new Client(IpText.parse("198.51.100.7"), i), WEB, TestPacket.SYN);
        }
        FlowScan scan = program().view().find(new FlowQuery(null, null, null));
        List<Flow> found = new ArrayList<>();

        assertTrue(scan.step(10, found::add));
        assertTrue(found.size() >= 10 && found.size() < 600, found.size() + " flows");
    }

    private RunningProgram program() {
        if (opened == null) {
            throw new IllegalStateException("not loaded");
        }
        return opened;
    }

    private List<Flow> list(@Nullable VipKey vip, @Nullable InetAddress real, @Nullable String clients)
            throws QueryException {
        FlowScan scan =
                program().view().find(new FlowQuery(vip, real, clients == null ? null : ClientSet.parse(clients)));
        List<Flow> found = new ArrayList<>();
        boolean more = true;
        while (more) {
            more = scan.step(SLICE, found::add);
        }
        return found;
    }

    private FlowCount count() {
        FlowCounting counting = program().view().count();
        Optional<FlowCount> count = Optional.empty();
        while (count.isEmpty()) {
            count = counting.step();
        }
        return count.get();
    }

    private static int sumOf(FlowCount count, VipKey vip) {
        return count.members().entrySet().stream()
                .filter(entry -> entry.getKey().vip().equals(vip))
                .mapToInt(java.util.Map.Entry::getValue)
                .sum();
    }

    private static Set<Member> members(List<Flow> flows) {
        return Set.copyOf(flows.stream().map(Flow::member).toList());
    }

    private FlowState stateOf(Client client, VipKey vip) throws QueryException {
        Flow flow = program().view().explain(client, vip).flow();
        if (flow == null) {
            throw new AssertionError("no entry for " + client);
        }
        return flow.state();
    }

    private static Route route(@Nullable Route route) {
        if (route == null) {
            throw new AssertionError("no route");
        }
        return route;
    }

    private static Member member(@Nullable Member member) {
        if (member == null) {
            throw new AssertionError("no member");
        }
        return member;
    }

    /** What the program did, in the words of what was expected. */
    private static Route actual(BpfProgram.Output output, @Nullable Route expected) {
        Route words = route(expected);
        return switch (output.verdict()) {
            case 1 -> new Route(Verdict.DROP, null, words.reason());
            case 2 -> new Route(Verdict.PASS, null, words.reason());
            case 3 -> {
                InetAddress real = TestPacket.outerDestination(output);
                Member member = words.member();
                yield new Route(
                        Verdict.FORWARD,
                        member != null && member.real().equals(real) ? member : new Member(WEB, real),
                        words.reason());
            }
            default -> throw new AssertionError("verdict " + output.verdict());
        };
    }

    /** Of half the clients of a VIP, to any of its reals. */
    private void changeRoutes(Random random) {
        VipKey vip = random.nextBoolean() ? ANY : WEB6;
        if (random.nextInt(3) == 0) {
            program().removeRoutes(vip);
            return;
        }
        ClientPrefix clients = vip.equals(WEB6)
                ? new ClientPrefix(IpText.parse("2001:db8::2"), 127)
                : new ClientPrefix(IpText.parse("198.51.100.2"), 31);
        List<InetAddress> reals = program().reals(vip);
        program().route(vip, clients, reals.get(random.nextInt(reals.size())));
    }

    private void changeAMember(Random random) {
        List<VipKey> vips = program().vips();
        VipKey vip = vips.get(random.nextInt(vips.size()));
        List<InetAddress> reals = program().reals(vip);
        MemberState[] states = {MemberState.UP, MemberState.UP, MemberState.DRAIN, MemberState.DOWN};
        program().set(vip, reals.get(random.nextInt(reals.size())), states[random.nextInt(states.length)]);
    }

    private static VipKey destination(Random random) {
        return switch (random.nextInt(9)) {
            case 0 -> WEB6;
            case 1 -> DNS;
            case 2 -> PLAIN;
            case 3 -> RunningProgram.tcp("203.0.113.12", 8000 + random.nextInt(3));
            case 4 -> RunningProgram.tcp("203.0.113.10", 81);
            case 5 -> RunningProgram.tcp("203.0.113." + random.nextInt(256), 80);
            case 6 -> RunningProgram.tcp("203.0.113." + random.nextInt(256), 8000 + random.nextInt(3));
            case 7 -> RunningProgram.tcp("2001:db8:cafe::" + random.nextInt(4), 8000 + random.nextInt(3));
            default -> WEB;
        };
    }

    /** Few of them, so that they come back. */
    private static Client client(Random random, VipKey destination) {
        String address = destination.isIpv4() ? "198.51.100." : "2001:db8::";
        return new Client(IpText.parse(address + random.nextInt(4)), 40_000 + random.nextInt(8));
    }

    private static int flags(Random random) {
        return switch (random.nextInt(8)) {
            case 0, 1 -> TestPacket.SYN;
            case 2 -> TestPacket.FIN | TestPacket.ACK;
            case 3 -> TestPacket.RST;
            default -> TestPacket.ACK;
        };
    }
}
