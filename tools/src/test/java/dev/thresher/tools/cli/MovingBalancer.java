// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import dev.thresher.daemon.grpc.GrpcServer;
import dev.thresher.daemon.state.Counter;
import dev.thresher.daemon.state.DaemonState;
import dev.thresher.daemon.state.MemberState;
import dev.thresher.daemon.state.StateSource;
import dev.thresher.daemon.state.Traffic;
import dev.thresher.daemon.state.VipState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The balancer of {@link FakeSource#busy}, under load: each look is 2 s after the one before, in which its first real
 * server got 1,000 packets of 1,000 bytes in 5 new flows, and 300 packets were dropped.
 */
public final class MovingBalancer implements StateSource {
    private static final long SECONDS = 2;

    private final FakeSource start = FakeSource.busy();
    private long looks;

    private MovingBalancer() {}

    /** Serves one. */
    public static GrpcServer serve(Path socket) throws IOException {
        return GrpcServer.start(socket, new MovingBalancer(), new FakeFlows(), new FakeHealth());
    }

    @Override
    public synchronized DaemonState snapshot() {
        DaemonState state = start.snapshot();
        List<VipState> vips = new ArrayList<>(state.vips());
        vips.set(0, after(vips.get(0), looks));
        return new DaemonState(
                state.observedAt().plusSeconds(SECONDS * looks++), state.daemon(), state.flows(), vips, state.config());
    }

    private static VipState after(VipState vip, long looks) {
        Traffic more = new Traffic(1_000 * looks, 1_000_000 * looks, 5 * looks);
        List<MemberState> members = new ArrayList<>(vip.members());
        MemberState first = members.get(0);
        members.set(
                0,
                new MemberState(
                        first.real(),
                        first.pool(),
                        first.encapsulation(),
                        first.serverIds(),
                        first.weight(),
                        first.effectiveWeight(),
                        first.health(),
                        first.since(),
                        first.reason(),
                        first.lastProbeAge(),
                        first.traffic().plus(more)));
        return new VipState(
                vip.key(),
                vip.pool(),
                vip.mode(),
                vip.servingPool(),
                vip.tracked(),
                vip.routing(),
                vip.traffic().plus(more),
                new TreeMap<>(Map.of("no_member", 7 + 300 * looks)),
                members);
    }

    @Override
    public List<Counter> counters() {
        return start.counters();
    }
}
