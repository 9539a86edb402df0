// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import com.google.protobuf.Duration;
import dev.thresher.api.v1.ExplainResponse;
import dev.thresher.api.v1.ExplainedMember;
import dev.thresher.api.v1.FlowTable;
import dev.thresher.api.v1.GetFlowTableResponse;
import dev.thresher.api.v1.MemberFlows;
import dev.thresher.api.v1.MemberState;
import dev.thresher.api.v1.NextHop;
import dev.thresher.api.v1.Route;
import dev.thresher.api.v1.Verdict;
import dev.thresher.bpf.layout.MapNames;
import dev.thresher.config.IpText;
import dev.thresher.config.Member;
import dev.thresher.daemon.flows.Explanation;
import dev.thresher.daemon.flows.Flow;
import dev.thresher.daemon.flows.FlowCount;
import dev.thresher.daemon.flows.FlowState;
import dev.thresher.daemon.state.FlowCensus;
import java.util.Comparator;
import java.util.Map;

/** Writes flows as messages of the API. */
final class FlowEncoder {
    private FlowEncoder() {}

    static dev.thresher.api.v1.Flow encode(Flow flow) {
        dev.thresher.api.v1.Flow.Builder message = dev.thresher.api.v1.Flow.newBuilder()
                .setVip(flow.member().vip().toString())
                .setReal(real(flow.member()))
                .setState(encode(flow.state()))
                .setAge(Duration.newBuilder()
                        .setSeconds(flow.age().toSeconds())
                        .setNanos(flow.age().toNanosPart()))
                .setBucket(flow.bucket())
                .setPlace(flow.placeInBucket());
        if (flow.client() != null) {
            message.setClient(flow.client().toString());
        }
        return message.build();
    }

    static FlowTable encode(FlowCensus census) {
        return FlowTable.newBuilder()
                .setSize(census.places())
                .setOccupied(census.occupied())
                .setConfirmed(census.confirmed())
                .setUnconfirmed(census.unconfirmed())
                .setExpired(census.expired())
                .build();
    }

    static GetFlowTableResponse encode(FlowCount count) {
        GetFlowTableResponse.Builder message = GetFlowTableResponse.newBuilder().setTable(encode(count.table()));
        count.members().entrySet().stream()
                .sorted(Comparator.comparing((Map.Entry<Member, Integer> entry) ->
                                entry.getKey().vip().toString())
                        .thenComparing(entry -> real(entry.getKey())))
                .forEach(entry -> message.addMembers(MemberFlows.newBuilder()
                        .setVip(entry.getKey().vip().toString())
                        .setReal(real(entry.getKey()))
                        .setFlows(entry.getValue())));
        return message.build();
    }

    static ExplainResponse encode(Explanation explanation) {
        ExplainResponse.Builder message = ExplainResponse.newBuilder()
                .setTracked(explanation.tracked())
                .setSlot(explanation.slot())
                .setSlots(MapNames.TABLE_SLOTS)
                .setOnPacket(encode(explanation.onPacket()));
        if (explanation.vip() != null) {
            message.setVip(explanation.vip().toString());
        }
        if (explanation.choice() != null) {
            message.setTableChoice(real(explanation.choice()));
        }
        if (explanation.flow() != null) {
            message.setFlow(encode(explanation.flow()));
        }
        if (explanation.onSyn() != null) {
            message.setOnSyn(encode(explanation.onSyn()));
        }
        explanation.members().forEach(member -> message.addMembers(encode(member)));
        return message.build();
    }

    private static ExplainedMember encode(Explanation.MemberView view) {
        ExplainedMember.Builder message = ExplainedMember.newBuilder()
                .setVip(view.member().vip().toString())
                .setReal(real(view.member()))
                .setState(encode(view.state()));
        if (view.nextHop() != null) {
            message.setNextHop(NextHop.newBuilder().setMac(view.nextHop().toString()));
        }
        if (view.health() != null) {
            message.setMember(StateEncoder.encode(view.health()));
        }
        return message.build();
    }

    private static Route encode(Explanation.Route route) {
        Route.Builder message =
                Route.newBuilder().setVerdict(encode(route.verdict())).setReason(route.reason());
        if (route.member() != null) {
            message.setReal(real(route.member()));
        }
        return message.build();
    }

    private static String real(Member member) {
        return IpText.format(member.real());
    }

    private static dev.thresher.api.v1.FlowState encode(FlowState state) {
        return switch (state) {
            case UNCONFIRMED -> dev.thresher.api.v1.FlowState.FLOW_STATE_UNCONFIRMED;
            case CONFIRMED -> dev.thresher.api.v1.FlowState.FLOW_STATE_CONFIRMED;
            case ENDING -> dev.thresher.api.v1.FlowState.FLOW_STATE_ENDING;
            case EXPIRED -> dev.thresher.api.v1.FlowState.FLOW_STATE_EXPIRED;
        };
    }

    private static MemberState encode(dev.thresher.bpf.layout.MemberState state) {
        return switch (state) {
            case UP -> MemberState.MEMBER_STATE_UP;
            case DRAIN -> MemberState.MEMBER_STATE_DRAIN;
            case DOWN -> MemberState.MEMBER_STATE_DOWN;
            case FREE -> MemberState.MEMBER_STATE_UNSPECIFIED;
        };
    }

    private static Verdict encode(Explanation.Verdict verdict) {
        return switch (verdict) {
            case FORWARD -> Verdict.VERDICT_FORWARD;
            case PASS -> Verdict.VERDICT_PASS;
            case DROP -> Verdict.VERDICT_DROP;
        };
    }
}
