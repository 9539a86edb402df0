// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import static dev.thresher.healthcheck.Health.DOWN;
import static dev.thresher.healthcheck.Health.DRAIN;
import static dev.thresher.healthcheck.Health.MAINTENANCE;
import static dev.thresher.healthcheck.Health.UNKNOWN;
import static dev.thresher.healthcheck.Health.UP;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.config.Config;
import dev.thresher.config.Encapsulation;
import dev.thresher.config.HealthCheck;
import dev.thresher.config.IpText;
import dev.thresher.config.Order;
import dev.thresher.config.Pool;
import dev.thresher.config.PoolPolicy;
import dev.thresher.config.Real;
import dev.thresher.config.Vip;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.nexthop.Resolution;
import dev.thresher.daemon.probing.ProbedMember;
import dev.thresher.daemon.reconcile.DesiredState.DesiredMember;
import dev.thresher.daemon.reconcile.DesiredState.DesiredVip;
import dev.thresher.healthcheck.Health;
import dev.thresher.healthcheck.HealthMachine;
import dev.thresher.healthcheck.HealthState;
import dev.thresher.healthcheck.ProbeResult;
import dev.thresher.healthcheck.Target;
import dev.thresher.healthcheck.TargetHealth;
import dev.thresher.healthcheck.Transition;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DesiredStateBuilderTest {
    private static final MacAddress OURS = MacAddress.of(new byte[] {2, 0, 0, 0, 0, 1});
    private static final MacAddress GATEWAY = MacAddress.of(new byte[] {2, 0, 0, 0, 0, 2});
    private static final InetAddress REAL = IpText.parse("10.0.0.2");
    private static final HealthCheck CHECK = HealthCheck.tcp(80);
    private static final Vip VIP = new Vip(VipKey.parse("203.0.113.10:80/tcp"), "web", true);
    private static final MacAddress LEAVING = MacAddress.of(new byte[] {2, 0, 0, 0, 0, 3});
    private static final Resolution RESOLVED =
            new Resolution.Resolved(GATEWAY, LEAVING, IpText.parse("10.0.0.1"), 7, 1400);
    private static final Resolution UNRESOLVED = new Resolution.Unresolved("no route to 10.0.0.2", true);

    private static Map<Target, TargetHealth> healths(HealthCheck check, Health health) {
        Target target = new Target(REAL, check);
        return Map.of(target, new TargetHealth(target, HealthState.initial(health, 0), null, List.of()));
    }

    private static DesiredMember member(
            int weight, Map<Target, TargetHealth> healths, Map<InetAddress, Resolution> nextHops) {
        Config config = Configs.of(List.of(Configs.pool("web", CHECK, new Real(REAL, weight))), VIP);
        return builder(config)
                .build(healths::get, nextHops, 0)
                .state()
                .vips()
                .get(0)
                .members()
                .get(0);
    }

    @ParameterizedTest
    @CsvSource({
        "UP,      5, UP,    1", // the only one: its share is all
        "UP,      0, DRAIN, 0",
        "DOWN,    5, DOWN,  0",
        "DOWN,    0, DOWN,  0",
        "UNKNOWN, 5, DOWN,  0",
    })
    void member_goesByHealthAndWeight(Health health, int weight, MemberState state, int effectiveWeight) {
        DesiredMember member = member(weight, healths(CHECK, health), Map.of(REAL, RESOLVED));
        assertEquals(state, member.state());
        assertEquals(effectiveWeight, member.effectiveWeight());
        assertEquals(new NextHop(GATEWAY, LEAVING, 1400, 0, NextHop.UNTAGGED), member.nextHop());
        assertEquals(7, member.egress());
    }

    private static DesiredStateBuilder builder(Config config) {
        return InForce.first(config, OURS, 0).builder();
    }

    @Test
    void member_thatNobodyProbes_isDown() {
        assertEquals(
                MemberState.DOWN, member(1, Map.of(), Map.of(REAL, RESOLVED)).state());
        assertEquals(
                MemberState.DOWN,
                member(1, healths(HealthCheck.tcp(81), Health.UP), Map.of(REAL, RESOLVED))
                        .state(),
                "the verdict of another pool's check");
    }

    @Test
    void member_withoutANextHop_isDownHoweverHealthy() {
        assertEquals(
                MemberState.DOWN,
                member(1, healths(CHECK, Health.UP), Map.of(REAL, UNRESOLVED)).state());
        assertEquals(
                MemberState.DOWN, member(1, healths(CHECK, Health.UP), Map.of()).state());
    }

    @Test
    void member_thatIsReachedByL2_isDownBehindARouter() {
        Pool segment = new Pool("web", List.of(new Real(REAL, 1)), CHECK, Encapsulation.L2);
        DesiredStateBuilder builder = builder(Configs.of(List.of(segment), VIP));
        Resolution onTheSegment = new Resolution.Resolved(GATEWAY, LEAVING, REAL, 7, 1400);

        assertEquals(MemberState.DOWN, stateBy(builder, RESOLVED));
        assertEquals(MemberState.UP, stateBy(builder, onTheSegment));
        assertEquals(
                new Resolution.Unresolved(
                        "10.0.0.2 is behind the gateway 10.0.0.1, and pool web is reached by l2, which needs real"
                                + " servers on a segment of the balancer's",
                        true),
                Reach.of(segment, REAL, RESOLVED));
    }

    private static MemberState stateBy(DesiredStateBuilder builder, Resolution nextHop) {
        return builder.build(healths(CHECK, Health.UP)::get, Map.of(REAL, nextHop), 0)
                .state()
                .vips()
                .get(0)
                .members()
                .get(0)
                .state();
    }

    @Test
    void vips_thatShareAPool_haveMembersOfTheirOwn() {
        Vip other = new Vip(VipKey.parse("203.0.113.10:53/udp"), "web", false);
        Config config = Configs.of(List.of(Configs.pool("web", CHECK, new Real(REAL, 1))), VIP, other);
        List<DesiredVip> vips = builder(config)
                .build(healths(CHECK, Health.UP)::get, Map.of(REAL, RESOLVED), 0)
                .state()
                .vips();
        assertEquals(
                List.of(VIP.key(), other.key()),
                vips.stream().map(DesiredVip::key).toList());
        assertEquals(
                List.of(true, false), vips.stream().map(DesiredVip::tracked).toList());
        assertEquals(vips.get(0).members(), vips.get(1).members());
    }

    @Test
    void probedMembers_areThoseOfTheTunnelThatCanBeReached() {
        HealthCheck check = CHECK.with(HealthCheck.Via.TUNNEL);
        InetAddress other = IpText.parse("10.0.0.3");
        Config config = Configs.of(List.of(Configs.pool("web", check, new Real(REAL, 1), new Real(other, 1))), VIP);
        Map<Target, ProbedMember> members = builder(config).probedMembers(Map.of(REAL, RESOLVED, other, UNRESOLVED));
        Target target = new Target(REAL, new Target.Way.Tunnel(VIP.key().address(), Encapsulation.IPIP), check);
        assertEquals(Set.of(target), members.keySet());
        MemberRecord record = Objects.requireNonNull(members.get(target)).record();
        assertEquals(REAL, record.real());
        assertEquals(VIP.key().address(), record.vip().address());
        assertEquals(GATEWAY, record.nextHop().destination());
    }

    @Test
    void aRealServerThatComesBack_startsSlowly_andAFirstVerdictIsNoReturn() {
        PoolPolicy policy = new PoolPolicy(Duration.ofSeconds(40), null, 1, 0);
        InetAddress other = IpText.parse("10.0.0.3");
        Pool pool = Configs.pool("web", CHECK, new Real(REAL, 1), new Real(other, 1))
                .with(policy);
        DesiredStateBuilder builder = builder(Configs.of(List.of(pool), VIP));
        Target back = new Target(REAL, CHECK);
        Target first = new Target(other, CHECK);
        long now = Duration.ofHours(1).toNanos();
        Map<Target, TargetHealth> healths = Map.of(
                back, up(back, now, new Transition(Health.DOWN, Health.UP, now, "connected")),
                first, up(first, now, new Transition(Health.UNKNOWN, Health.UP, now, "connected")));
        Decision decision = builder.build(healths::get, Map.of(REAL, RESOLVED, other, RESOLVED), now);
        assertEquals(
                List.of(1, 5),
                decision.state().vips().get(0).members().stream()
                        .map(DesiredMember::effectiveWeight)
                        .toList());
        assertEquals(Duration.ofSeconds(10), Duration.ofNanos(decision.untilNanos()));
    }

    private static TargetHealth up(Target target, long sinceNanos, Transition transition) {
        return new TargetHealth(target, HealthState.initial(Health.UP, sinceNanos), null, List.of(transition));
    }

    private static final PoolPolicy SLOW = new PoolPolicy(Duration.ofSeconds(40), Duration.ofMinutes(5), 1, 0);

    private static Config slow(Real... reals) {
        return Configs.of(List.of(Configs.pool("web", CHECK, reals).with(SLOW)), VIP);
    }

    private static List<Integer> weights(InForce inForce, long nowNanos) {
        Map<Target, TargetHealth> healths = new HashMap<>();
        Map<InetAddress, Resolution> nextHops = new HashMap<>();
        for (InetAddress real : inForce.reals()) {
            Target target = new Target(real, CHECK);
            healths.put(target, up(target, 0, new Transition(Health.UNKNOWN, Health.UP, 0, "connected")));
            nextHops.put(real, RESOLVED);
        }
        return inForce.builder().build(healths::get, nextHops, nowNanos).state().vips().get(0).members().stream()
                .map(DesiredMember::effectiveWeight)
                .toList();
    }

    @Test
    void aRealServerThatAReloadAddsToAVip_startsSlowly_andNobodyDoesAtAStart() {
        Real old = new Real(REAL, 1);
        Real added = new Real(IpText.parse("10.0.0.3"), 1);
        long now = Duration.ofHours(1).toNanos();
        InForce first = InForce.first(slow(old, added), OURS, now);
        assertEquals(List.of(1, 1), weights(first, now));

        InForce grown = InForce.first(slow(old), OURS, 0).next(slow(added, old), OURS, now);
        assertEquals(List.of(1, 5), weights(grown, now));
        InForce again =
                grown.next(slow(old, added), OURS, now + Duration.ofSeconds(5).toNanos());
        assertEquals(List.of(5, 2), weights(again, now + Duration.ofSeconds(10).toNanos()), "a reload goes on with it");
        assertEquals(List.of(1, 1), weights(again, now + Duration.ofSeconds(40).toNanos()));

        Vip other = new Vip(VipKey.parse("203.0.113.10:25/tcp"), "web", true);
        Config another =
                Configs.of(List.of(Configs.pool("web", CHECK, old, added).with(SLOW)), other);
        assertEquals(List.of(1, 1), weights(first.next(another, OURS, now), now), "a VIP that is new");
    }

    /** Up at last after this, each a second after the one before. */
    private static int weightAfter(InForce inForce, Health... history) {
        List<Transition> transitions = new ArrayList<>();
        long second = Duration.ofSeconds(1).toNanos();
        for (int i = 1; i < history.length; i++) {
            transitions.add(new Transition(history[i - 1], history[i], i * second, "as ordered"));
        }
        long since = (history.length - 1) * second;
        Target target = new Target(REAL, CHECK);
        TargetHealth health = new TargetHealth(target, HealthState.initial(Health.UP, since), null, transitions);
        Decision decision = inForce.builder().build(Map.of(target, health)::get, Map.of(REAL, RESOLVED), since);
        return Objects.requireNonNull(decision.plans().get(VIP.key()))
                .members()
                .get(0)
                .share();
    }

    @Test
    void aRealServerWhoseDrainHasEnded_startsAtOnce_unlessItWentDownOrCameUpInIt() {
        InForce first = InForce.first(slow(new Real(REAL, 1)), OURS, 0);
        assertEquals(5, weightAfter(first, UNKNOWN, UP, DOWN, UP, DRAIN, UP));
        assertEquals(5, weightAfter(first, UNKNOWN, DRAIN, UP), "drained at the start");
        assertEquals(1, weightAfter(first, UNKNOWN, UP, DRAIN, DOWN, DRAIN, UP), "restarted in its drain");
        assertEquals(1, weightAfter(first, UNKNOWN, UP, DRAIN, DOWN, UP), "undrained while it was down");
        assertEquals(1, weightAfter(first, UNKNOWN, UP, MAINTENANCE, UNKNOWN, DRAIN, UP), "drained after maintenance");
    }

    @Test
    void aRealServerThatAReloadAdded_startsSlowlyOnce_notAfterEachDrain() {
        Real other = new Real(IpText.parse("10.0.0.3"), 1);
        InForce grown = InForce.first(slow(other), OURS, 0).next(slow(new Real(REAL, 1)), OURS, 0);
        assertEquals(1, weightAfter(grown, UNKNOWN, UP));
        assertEquals(1, weightAfter(grown, UNKNOWN, DRAIN, UP), "it has had no flows yet");
        assertEquals(5, weightAfter(grown, UNKNOWN, UP, DRAIN, UP));
        assertEquals(1, weightAfter(grown, UNKNOWN, UP, DRAIN, DOWN, DRAIN, UP));

        long late = Duration.ofHours(1).toNanos();
        InForce elsewhere = InForce.first(slow(other), OURS, 0).next(slow(new Real(REAL, 1)), OURS, late);
        assertEquals(1, weightAfter(elsewhere, UNKNOWN, UP, DRAIN, UP), "undrained elsewhere, before it was added");
    }

    @Test
    void drain_endsAtItsDeadline_whichAReloadDoesNotPutOff_butAnotherOrderDoes() {
        long minute = Duration.ofMinutes(1).toNanos();
        InForce drained = InForce.first(ordered(Order.DRAIN), OURS, 0);
        assertEquals(MemberState.DRAIN, stateAt(drained, minute - 1));
        assertEquals(MemberState.DOWN, stateAt(drained, minute));
        InForce reloaded = drained.next(ordered(Order.DRAIN), OURS, minute / 2);
        assertEquals(MemberState.DOWN, stateAt(reloaded, minute));

        InForce out = reloaded.next(ordered(Order.MAINTENANCE), OURS, minute);
        assertEquals(MemberState.DOWN, stateAt(out, minute));
        InForce drainedAgain = out.next(ordered(Order.DRAIN), OURS, 2 * minute);
        assertEquals(MemberState.DRAIN, stateAt(drainedAgain, 3 * minute - 1));
        assertEquals(MemberState.DOWN, stateAt(drainedAgain, 3 * minute));
    }

    private static Config ordered(Order order) {
        Pool pool = Configs.pool("web", CHECK, new Real(REAL, 1).with(order))
                .with(new PoolPolicy(Duration.ZERO, Duration.ofMinutes(1), 1, 0));
        return Configs.of(List.of(pool), VIP);
    }

    @Test
    void aDrainEndsAtItsDeadlineHoweverOftenTheRealServerFlapsInIt() {
        HealthMachine machine = new HealthMachine(CHECK.thresholds());
        long second = Duration.ofSeconds(1).toNanos();
        InForce drained = InForce.first(ordered(Order.DRAIN), OURS, 0);
        HealthState state = machine.order(HealthState.initial(Health.UP, 0), Order.DRAIN, "ordered", 0)
                .state();
        for (int i = 0; i < 2 * CHECK.thresholds().fall(); i++) {
            state = machine.step(state, ProbeResult.failed("refused"), 20 * second)
                    .state();
        }
        assertEquals(Health.DOWN, state.health());
        assertEquals(MemberState.DOWN, stateAt(drained, state, 30 * second));
        for (int i = 0; i < 2 * CHECK.thresholds().rise(); i++) {
            state = machine.step(state, ProbeResult.passed("connected"), 40 * second)
                    .state();
        }
        assertEquals(Health.DRAIN, state.health());
        assertEquals(MemberState.DRAIN, stateAt(drained, state, 59 * second));
        assertEquals(MemberState.DOWN, stateAt(drained, state, 60 * second));
    }

    private static MemberState stateAt(InForce inForce, long nowNanos) {
        return stateAt(inForce, HealthState.initial(Health.UP, 0), nowNanos);
    }

    private static MemberState stateAt(InForce inForce, HealthState state, long nowNanos) {
        Target target = new Target(REAL, CHECK);
        return inForce.builder()
                .build(
                        Map.of(target, new TargetHealth(target, state, null, List.of()))::get,
                        Map.of(REAL, RESOLVED),
                        nowNanos)
                .state()
                .vips()
                .get(0)
                .members()
                .get(0)
                .state();
    }
}
