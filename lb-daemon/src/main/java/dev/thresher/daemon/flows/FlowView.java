// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.flows;

import dev.thresher.config.IpText;
import dev.thresher.config.Member;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.datapath.ProgramMaps;
import dev.thresher.daemon.state.StateSource;
import java.net.Inet4Address;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads flows from the maps of a running program. */
public final class FlowView implements FlowSource {
    private final ProgramMaps maps;
    private final Supplier<Map<Member, Integer>> memberIds;
    private final StateSource state;

    /**
     * Makes a view of the program behind {@code maps}.
     *
     * @param memberIds what its members' ids mean now
     * @param state what is known of their health
     */
    public FlowView(ProgramMaps maps, Supplier<Map<Member, Integer>> memberIds, StateSource state) {
        this.maps = maps;
        this.memberIds = memberIds;
        this.state = state;
    }

    @Override
    public FlowScan find(FlowQuery query) throws QueryException {
        Map<Member, Integer> ids = memberIds.get();
        requireKnown(query, ids);
        Predicate<Member> wanted =
                member -> (query.vip() == null || member.vip().equals(query.vip()))
                        && (query.real() == null || member.real().equals(query.real()));
        ClientSet clients = query.clients();
        if (clients == null) {
            return new TableScan(maps, new MemberIndex(ids), wanted);
        }
        List<VipKey> vips = ids.keySet().stream()
                .filter(wanted)
                .map(Member::vip)
                .distinct()
                .filter(vip -> vip.address() instanceof Inet4Address == clients.isIpv4())
                .toList();
        if (query.vip() != null && vips.isEmpty()) {
            throw twoFamilies(clients, query.vip());
        }
        if (vips.isEmpty()) {
            return (most, found) -> false;
        }
        return ClientScan.of(maps, new MemberIndex(ids), wanted, clients, vips);
    }

    @Override
    public FlowCounting count() {
        return new TableCounting(maps, memberIds.get());
    }

    @Override
    public Explanation explain(Client client, VipKey destination) throws QueryException {
        if (client.address().getClass() != destination.address().getClass()) {
            throw twoFamilies(client, destination);
        }
        return new Explainer(maps, state.snapshot()).explain(client, destination);
    }

    private static QueryException twoFamilies(Object client, VipKey vip) {
        return QueryException.invalid("no packet goes from " + client + " to " + vip + ": one is IPv4, the other IPv6");
    }

    private static void requireKnown(FlowQuery query, Map<Member, Integer> ids) throws QueryException {
        if (query.vip() != null
                && ids.keySet().stream().noneMatch(member -> member.vip().equals(query.vip()))) {
            throw notFound(
                    "VIP " + query.vip(),
                    ids.keySet().stream().map(member -> member.vip().toString()));
        }
        if (query.real() == null) {
            return;
        }
        List<Member> eligible = ids.keySet().stream()
                .filter(member -> query.vip() == null || member.vip().equals(query.vip()))
                .toList();
        if (eligible.stream().noneMatch(member -> member.real().equals(query.real()))) {
            String where = query.vip() == null ? "" : " for " + query.vip();
            throw notFound(
                    "real server " + IpText.format(query.real()) + where,
                    eligible.stream().map(member -> IpText.format(member.real())));
        }
    }

    private static QueryException notFound(String what, Stream<String> known) {
        String list = known.distinct().sorted(Comparator.naturalOrder()).collect(Collectors.joining(", "));
        return QueryException.notFound(
                "the daemon has no " + what + ".\nIt has " + (list.isEmpty() ? "none" : list) + ".");
    }
}
