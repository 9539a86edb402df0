// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.config.Encapsulation;
import dev.thresher.config.IpText;
import dev.thresher.config.Member;
import dev.thresher.config.Protocol;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.flows.Client;
import dev.thresher.daemon.flows.ClientSet;
import dev.thresher.daemon.flows.Explanation;
import dev.thresher.daemon.flows.Explanation.MemberView;
import dev.thresher.daemon.flows.Explanation.Route;
import dev.thresher.daemon.flows.Explanation.Verdict;
import dev.thresher.daemon.flows.Flow;
import dev.thresher.daemon.flows.FlowCount;
import dev.thresher.daemon.flows.FlowCounting;
import dev.thresher.daemon.flows.FlowQuery;
import dev.thresher.daemon.flows.FlowScan;
import dev.thresher.daemon.flows.FlowSource;
import dev.thresher.daemon.flows.FlowState;
import dev.thresher.daemon.state.FlowCensus;
import dev.thresher.daemon.state.HealthState;
import dev.thresher.daemon.state.Traffic;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The flows of {@link FakeSource}: two, of one VIP; one of them is known by its client. */
final class FakeFlows implements FlowSource {
    private static final VipKey WEB = VipKey.parse("203.0.113.10:80/tcp");
    private static final Member FIRST = new Member(WEB, IpText.parse("10.0.0.2"));
    private static final Member SECOND = new Member(WEB, IpText.parse("10.0.0.3"));
    private static final MacAddress NEXT_HOP = MacAddress.parse("02:00:00:00:00:01");

    @Override
    public FlowScan find(FlowQuery query) {
        ClientSet clients = query.clients();
        Client client = clients == null ? null : Client.parse(clients.toString());
        return (most, found) -> {
            if (query.real() == null || query.real().equals(FIRST.real())) {
                found.accept(flow(client));
            }
            if (client == null && query.real() == null) {
                found.accept(new Flow(SECOND, null, FlowState.ENDING, Duration.ofMinutes(2), 8_000_001));
            }
            return false;
        };
    }

    @Override
    public FlowCounting count() {
        FlowCensus census = new FlowCensus(1_048_576, 524_000, 288, 17);
        return () -> Optional.of(new FlowCount(census, Map.of(SECOND, 1_000, FIRST, 523_288)));
    }

    @Override
    public Explanation explain(Client client, VipKey destination) {
        boolean web = destination.equals(WEB);
        Route pass = new Route(Verdict.PASS, null, "no VIP has this address, port and protocol");
        Route toTheFlow = new Route(Verdict.FORWARD, FIRST, "the connection table says so");
        Route toTheChoice = new Route(
                Verdict.FORWARD,
                SECOND,
                "the flow has ended, a SYN begins a new one: the Maglev table has it at slot 12");
        return new Explanation(
                web ? WEB : null,
                web,
                12_345,
                web ? SECOND : null,
                web ? flow(client) : null,
                web ? List.of(view(FIRST, NEXT_HOP), view(SECOND, null)) : List.of(),
                destination.protocol() == Protocol.UDP ? null : web ? toTheChoice : pass,
                web ? toTheFlow : pass);
    }

    private static Flow flow(@Nullable Client client) {
        return new Flow(FIRST, client, FlowState.CONFIRMED, Duration.ofMillis(3_072), 70);
    }

    private static MemberView view(Member member, @Nullable MacAddress nextHop) {
        dev.thresher.daemon.state.MemberState health = nextHop == null
                ? null
                : new dev.thresher.daemon.state.MemberState(
                        member.real(),
                        "web",
                        Encapsulation.IPIP,
                        List.of(),
                        10,
                        0,
                        HealthState.DOWN,
                        Instant.EPOCH,
                        "HTTP 503",
                        null,
                        Traffic.NONE);
        return new MemberView(member, MemberState.DRAIN, nextHop, health);
    }
}
