// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.thresher.api.v1.ConfigProblem;
import dev.thresher.api.v1.CounterKind;
import dev.thresher.api.v1.Daemon;
import dev.thresher.api.v1.DropCount;
import dev.thresher.api.v1.Health;
import dev.thresher.api.v1.Member;
import dev.thresher.api.v1.NextHop;
import dev.thresher.api.v1.Serving;
import dev.thresher.api.v1.State;
import dev.thresher.api.v1.Vip;
import dev.thresher.config.ConfigError;
import dev.thresher.config.IpText;
import dev.thresher.config.Protocol;
import dev.thresher.config.ServerId;
import dev.thresher.config.XdpMode;
import dev.thresher.daemon.plan.VipPlan.Mode;
import dev.thresher.daemon.state.ConfigState;
import dev.thresher.daemon.state.Counter;
import dev.thresher.daemon.state.DaemonInfo;
import dev.thresher.daemon.state.DaemonState;
import dev.thresher.daemon.state.HealthState;
import dev.thresher.daemon.state.MemberState;
import dev.thresher.daemon.state.Traffic;
import dev.thresher.daemon.state.VipState;
import java.time.Instant;
import java.util.List;

/** Writes the daemon's records as messages of the API. */
final class StateEncoder {
    private StateEncoder() {}

    static State encode(DaemonState state) {
        return encode(state, state.vips());
    }

    /** With some of its VIPs only. */
    static State encode(DaemonState state, List<VipState> vips) {
        State.Builder message = State.newBuilder()
                .setObservedAt(encode(state.observedAt()))
                .setDaemon(encode(state.daemon()))
                .setFlowTable(FlowEncoder.encode(state.flows()))
                .setConfig(encode(state.config()));
        vips.forEach(vip -> message.addVips(encode(vip)));
        return message.build();
    }

    static dev.thresher.api.v1.Counter encode(Counter counter) {
        return dev.thresher.api.v1.Counter.newBuilder()
                .setName(counter.name())
                .setKind(encode(counter.kind()))
                .setPackets(counter.packets())
                .setMeaning(counter.meaning())
                .build();
    }

    private static dev.thresher.api.v1.ConfigState encode(ConfigState config) {
        return dev.thresher.api.v1.ConfigState.newBuilder()
                .setRevision(config.revision())
                .setSince(encode(config.since()))
                .addAllProblems(
                        config.problems().stream().map(StateEncoder::encode).toList())
                .build();
    }

    static ConfigProblem encode(ConfigError problem) {
        return ConfigProblem.newBuilder()
                .setFile(problem.file())
                .setLine(problem.line())
                .setPath(problem.path())
                .setMessage(problem.message())
                .build();
    }

    private static Daemon encode(DaemonInfo daemon) {
        Daemon.Builder message = Daemon.newBuilder()
                .setInstance(daemon.instance())
                .setVersion(daemon.version())
                .setPid((int) ProcessHandle.current().pid())
                .setStartedAt(encode(daemon.startedAt()))
                .setConfigFile(daemon.configFile().toString())
                .setInterface(daemon.interfaceName())
                .setXdpMode(encode(daemon.xdpMode()))
                .addAllWarnings(daemon.warnings());
        if (daemon.nextHop() != null) {
            message.setNextHop(NextHop.newBuilder().setMac(daemon.nextHop().toString()));
        }
        return message.build();
    }

    private static Vip encode(VipState vip) {
        Vip.Builder message = Vip.newBuilder()
                .setKey(vip.key().toString())
                .setAddress(IpText.format(vip.key().address()))
                .setPrefixLength(vip.key().prefixLength())
                .setPort(vip.key().port())
                .setProtocol(encode(vip.key().protocol()))
                .setPool(vip.pool())
                .setTracked(vip.tracked())
                .setMembersUp(vip.membersUp())
                .setMembersTotal(vip.members().size())
                .setTraffic(encode(vip.traffic()))
                .setDrops(vip.dropped())
                .setServing(encode(vip.mode()))
                .setServingPool(vip.servingPool());
        RoutingEncoder.encode(vip.routing(), message);
        vip.drops()
                .forEach((reason, packets) -> message.addDropReasons(
                        DropCount.newBuilder().setReason(reason).setPackets(packets)));
        vip.members().forEach(member -> message.addMembers(encode(member)));
        return message.build();
    }

    static Member encode(MemberState member) {
        Member.Builder message = Member.newBuilder()
                .setReal(IpText.format(member.real()))
                .setEncapsulation(RoutingEncoder.encode(member.encapsulation()))
                .addAllServerIds(member.serverIds().stream().map(ServerId::hex).toList())
                .setWeight(member.weight())
                .setEffectiveWeight(member.effectiveWeight())
                .setHealth(health(member))
                .setTraffic(encode(member.traffic()));
        if (member.lastProbeAge() != null) {
            message.setLastProbeAge(encode(member.lastProbeAge()));
        }
        return message.build();
    }

    static Health health(MemberState member) {
        return Health.newBuilder()
                .setState(encode(member.health()))
                .setSince(encode(member.since()))
                .setReason(member.reason())
                .build();
    }

    static Duration encode(java.time.Duration duration) {
        return Duration.newBuilder()
                .setSeconds(duration.toSeconds())
                .setNanos(duration.toNanosPart())
                .build();
    }

    private static dev.thresher.api.v1.Traffic encode(Traffic traffic) {
        return dev.thresher.api.v1.Traffic.newBuilder()
                .setPackets(traffic.packets())
                .setBytes(traffic.bytes())
                .setNewFlows(traffic.newFlows())
                .build();
    }

    static Timestamp encode(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    private static dev.thresher.api.v1.Protocol encode(Protocol protocol) {
        return switch (protocol) {
            case TCP -> dev.thresher.api.v1.Protocol.PROTOCOL_TCP;
            case UDP -> dev.thresher.api.v1.Protocol.PROTOCOL_UDP;
        };
    }

    private static dev.thresher.api.v1.XdpMode encode(XdpMode mode) {
        return switch (mode) {
            case DRIVER -> dev.thresher.api.v1.XdpMode.XDP_MODE_DRIVER;
            case GENERIC -> dev.thresher.api.v1.XdpMode.XDP_MODE_GENERIC;
            case AUTO -> dev.thresher.api.v1.XdpMode.XDP_MODE_UNSPECIFIED;
        };
    }

    static dev.thresher.api.v1.HealthState encode(HealthState health) {
        return switch (health) {
            case UNKNOWN -> dev.thresher.api.v1.HealthState.HEALTH_STATE_UNKNOWN;
            case UP -> dev.thresher.api.v1.HealthState.HEALTH_STATE_UP;
            case DOWN -> dev.thresher.api.v1.HealthState.HEALTH_STATE_DOWN;
            case UNCHECKED -> dev.thresher.api.v1.HealthState.HEALTH_STATE_UNCHECKED;
            case DRAIN -> dev.thresher.api.v1.HealthState.HEALTH_STATE_DRAIN;
            case MAINTENANCE -> dev.thresher.api.v1.HealthState.HEALTH_STATE_MAINTENANCE;
        };
    }

    static Serving encode(Mode mode) {
        return switch (mode) {
            case NORMAL -> Serving.SERVING_NORMAL;
            case FALLBACK -> Serving.SERVING_FALLBACK;
            case SHORT -> Serving.SERVING_SHORT;
            case PANIC -> Serving.SERVING_PANIC;
            case NONE -> Serving.SERVING_NONE;
        };
    }

    private static CounterKind encode(Counter.Kind kind) {
        return switch (kind) {
            case VERDICT -> CounterKind.COUNTER_KIND_VERDICT;
            case DROP_REASON -> CounterKind.COUNTER_KIND_DROP_REASON;
            case EVENT -> CounterKind.COUNTER_KIND_EVENT;
        };
    }
}
