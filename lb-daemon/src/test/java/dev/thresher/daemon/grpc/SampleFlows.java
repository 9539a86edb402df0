// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.config.IpText;
import dev.thresher.config.Member;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.flows.Client;
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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A table with a number of flows, which are found a thousand a step. */
final class SampleFlows implements FlowSource {
    private static final int A_STEP = 1_000;
    private static final VipKey VIP = VipKey.parse("[2001:db8::1]:80/tcp");
    private static final Member MEMBER = new Member(VIP, IpText.parse("10.0.0.2"));

    private final int flows;
    private final AtomicInteger steps = new AtomicInteger();

    SampleFlows() {
        this(0);
    }

    SampleFlows(int flows) {
        this.flows = flows;
    }

    /** How often a scan went on. */
    int steps() {
        return steps.get();
    }

    @Override
    public FlowScan find(FlowQuery query) {
        AtomicInteger next = new AtomicInteger();
        return (most, found) -> {
            steps.incrementAndGet();
            int end = Math.min(flows, next.get() + A_STEP);
            while (next.get() < end) {
                found.accept(
                        new Flow(MEMBER, null, FlowState.CONFIRMED, Duration.ofSeconds(3), next.getAndIncrement()));
            }
            return next.get() < flows;
        };
    }

    @Override
    public FlowCounting count() {
        AtomicInteger left = new AtomicInteger(3);
        return () -> left.decrementAndGet() > 0
                ? Optional.empty()
                : Optional.of(new FlowCount(new FlowCensus(1024, flows, 0, 0), Map.of(MEMBER, flows)));
    }

    @Override
    public Explanation explain(Client client, VipKey destination) {
        return new Explanation(
                destination,
                true,
                77,
                MEMBER,
                null,
                List.of(new MemberView(MEMBER, MemberState.UP, MacAddress.parse("02:00:00:00:00:01"), null)),
                new Route(Verdict.FORWARD, MEMBER, "slot 77"),
                new Route(Verdict.PASS, null, "no VIP"));
    }
}
