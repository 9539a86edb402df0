// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.config.Config;
import dev.thresher.config.Pool;
import dev.thresher.config.Real;
import dev.thresher.config.Vip;
import dev.thresher.daemon.nexthop.Resolution;
import dev.thresher.daemon.reconcile.DesiredState;
import dev.thresher.daemon.reconcile.DesiredState.DesiredMember;
import dev.thresher.daemon.reconcile.DesiredState.DesiredVip;
import dev.thresher.healthcheck.Health;
import dev.thresher.healthcheck.Target;
import dev.thresher.healthcheck.TargetHealth;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The pure part: what the data plane shall do, given what is configured and what is known. */
final class DesiredStateBuilder {
    private static final MacAddress NOWHERE = MacAddress.of(new byte[MacAddress.LENGTH]);

    private final Config config;
    private final MacAddress source;

    DesiredStateBuilder(Config config, MacAddress source) {
        this.config = config;
        this.source = source;
    }

    DesiredState build(Map<Target, TargetHealth> healths, Map<InetAddress, Resolution> nextHops) {
        List<DesiredVip> vips = new ArrayList<>();
        for (Vip vip : config.vips()) {
            Pool pool = config.poolOf(vip);
            List<DesiredMember> members = new ArrayList<>();
            for (Real real : pool.reals()) {
                TargetHealth health = healths.get(Target.of(vip, pool, real.address()));
                Resolution nextHop = Reach.of(pool, real.address(), nextHops.get(real.address()));
                members.add(member(real, pool, health, nextHop));
            }
            vips.add(Wanted.vip(vip, pool, members));
        }
        return new DesiredState(vips);
    }

    /** A real that cannot be reached is as good as down, whatever its probes say; so is one that nobody has probed yet. */
    private DesiredMember member(Real real, Pool pool, @Nullable TargetHealth health, @Nullable Resolution nextHop) {
        if (!(nextHop instanceof Resolution.Resolved resolved)) {
            return new DesiredMember(
                    real.address(),
                    real.weight(),
                    MemberState.DOWN,
                    new NextHop(NOWHERE, source),
                    Resolution.Resolved.SAME_PORT,
                    Wanted.encapsulation(pool));
        }
        Health word = health == null ? Health.UNKNOWN : health.state().health();
        NextHop hop = new NextHop(resolved.destination(), resolved.source(), resolved.mtu(), 0);
        return new DesiredMember(
                real.address(), real.weight(), stateOf(word, real), hop, resolved.egress(), Wanted.encapsulation(pool));
    }

    /** Weight 0 asks for no new flows, and says nothing against those that are there. */
    private static MemberState stateOf(Health health, Real real) {
        return switch (health) {
            case UP -> real.weight() == 0 ? MemberState.DRAIN : MemberState.UP;
            case DRAIN -> MemberState.DRAIN;
            case DOWN, UNKNOWN, MAINTENANCE -> MemberState.DOWN;
        };
    }
}
