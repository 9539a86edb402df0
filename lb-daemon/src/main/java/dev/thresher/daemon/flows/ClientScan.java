// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.flows;

import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.config.Member;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.datapath.FlowTable;
import dev.thresher.daemon.datapath.ProgramMaps;
import dev.thresher.hashing.FlowHash;
import dev.thresher.hashing.FlowTuple;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds the flows of some clients. The table holds hashes, so each flow that these clients may have is tried: client
 * address and port, with each VIP. A flow of somebody else's passes for one of them if it is in the same pair of buckets
 * and its tag of 30 bits is the same: once in a hundred million tries.
 */
final class ClientScan implements FlowScan {
    /** Flows to try; more would take too long. */
    static final int MOST_CANDIDATES = 1 << 20;

    private static final int PORTS = 1 << Character.SIZE;
    private static final int CANDIDATES_A_STEP = 1 << 12;

    private final ProgramMaps maps;
    private final MemberIndex members;
    private final Predicate<Member> wanted;
    private final ClientSet clients;
    private final List<VipKey> vips;
    private final FlowHash hash;
    private final int clientCount;

    /** Position: the VIP, then its port if it has many, then the client. */
    private int vip;

    private int vipPort;
    private int client;

    private ClientScan(
            ProgramMaps maps,
            MemberIndex members,
            Predicate<Member> wanted,
            ClientSet clients,
            List<VipKey> vips,
            FlowHash hash) {
        this.maps = maps;
        this.members = members;
        this.wanted = wanted;
        this.clients = clients;
        this.vips = vips;
        this.hash = hash;
        this.clientCount = clients.size().intValueExact();
    }

    /**
     * Prepares to look for flows between clients and VIPs.
     *
     * @param vips all of the clients' address family
     * @throws QueryException if these are too many to try
     */
    static ClientScan of(
            ProgramMaps maps, MemberIndex members, Predicate<Member> wanted, ClientSet clients, List<VipKey> vips)
            throws QueryException {
        BigInteger candidates = clients.size()
                .multiply(BigInteger.valueOf(
                        vips.stream().mapToLong(ClientScan::ports).sum()));
        if (candidates.compareTo(BigInteger.valueOf(MOST_CANDIDATES)) > 0) {
            throw QueryException.invalid(String.format(
                    Locale.ROOT,
                    "too many candidates: the clients %s may have %,d flows with %s, and no more than %,d can be tried."
                            + " The connection table holds hashes of flows, not the clients' addresses, so that each"
                            + " has to be looked up. Ask for one address, one address and port, or one VIP",
                    clients,
                    candidates,
                    vips.size() == 1 ? vips.get(0) : vips.size() + " VIPs",
                    MOST_CANDIDATES));
        }
        return new ClientScan(maps, members, wanted, clients, vips, Hashes.of(maps.settings()));
    }

    @Override
    public boolean step(int most, Consumer<Flow> found) {
        FlowReader reader = new FlowReader(maps);
        int count = 0;
        for (int tried = 0; vip < vips.size() && tried < CANDIDATES_A_STEP && count < most; tried++) {
            Flow flow = find(reader, vips.get(vip), clients.client(client));
            if (flow != null) {
                found.accept(flow);
                count++;
            }
            advance();
        }
        return vip < vips.size();
    }

    private @Nullable Flow find(FlowReader reader, VipKey key, Client from) {
        int port = key.port() == 0 ? vipPort : key.port();
        long hashed = hash.of(new FlowTuple(
                from.address(), from.port(), key.address(), port, key.protocol().number()));
        FlowTable.Placed placed = maps.flows().find(hashed).orElse(null);
        if (placed == null) {
            return null;
        }
        FlowEntry entry = placed.entry();
        Member member = members.get(entry.member());
        return member != null && member.vip().equals(key) && wanted.test(member)
                ? reader.flow(placed.place(), entry, member, from)
                : null;
    }

    private void advance() {
        if (++client < clientCount) {
            return;
        }
        client = 0;
        if (++vipPort < ports(vips.get(vip))) {
            return;
        }
        vipPort = 0;
        vip++;
    }

    private static int ports(VipKey key) {
        return key.port() == 0 ? PORTS : 1;
    }
}
