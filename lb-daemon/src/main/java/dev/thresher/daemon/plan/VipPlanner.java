// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.plan;

import com.google.common.math.IntMath;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.config.Failover.DeadFlows;
import dev.thresher.config.Real;
import dev.thresher.daemon.plan.VipPlan.MemberPlan;
import dev.thresher.daemon.plan.VipPlan.Mode;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which verdicts become traffic.
 *
 * <p>The first pool that has enough real servers up serves the VIP. If none has, it is the first that has any up, or that is
 * in panic and serves with all it has. The real servers of the other pools keep the flows that they have, so that nothing
 * moves that need not.
 */
public final class VipPlanner {
    private final long nowNanos;

    /** Plans for a moment. */
    public VipPlanner(long nowNanos) {
        this.nowNanos = nowNanos;
    }

    /**
     * The plan for a VIP.
     *
     * @param tiers the VIP's pool, then its fallbacks; a real server that is in several counts where it serves
     */
    public VipPlan plan(List<Tier> tiers, DeadFlows deadFlows) {
        Tier chosen = choose(tiers);
        boolean panic = !chosen.isSufficient() && chosen.isInPanic();
        Draft draft = new Draft(deadFlows, panic);
        chosen.candidates().forEach(candidate -> draft.serve(candidate, chosen));
        for (Tier tier : tiers) {
            tier.candidates().forEach(candidate -> draft.standBy(candidate, tier));
        }
        boolean undecided = tiers.stream()
                .flatMap(tier -> tier.candidates().stream())
                .anyMatch(candidate -> candidate.isExpected() && candidate.standing() == Standing.UNKNOWN);
        return new VipPlan(chosen.pool(), mode(tiers, chosen, draft), draft.members(), draft.untilNanos, undecided);
    }

    private static Tier choose(List<Tier> tiers) {
        return tiers.stream()
                .filter(Tier::isSufficient)
                .findFirst()
                .or(() -> tiers.stream().filter(tier -> tier.up() > 0).findFirst())
                .or(() -> tiers.stream().filter(Tier::isInPanic).findFirst())
                .orElse(tiers.get(0));
    }

    private static Mode mode(List<Tier> tiers, Tier chosen, Draft draft) {
        if (draft.serving == 0) {
            return Mode.NONE;
        }
        if (draft.panic) {
            return Mode.PANIC;
        }
        if (!chosen.isSufficient()) {
            return Mode.SHORT;
        }
        return chosen.pool().equals(tiers.get(0).pool()) ? Mode.NORMAL : Mode.FALLBACK;
    }

    /** A plan in the making. */
    private final class Draft {
        private final DeadFlows deadFlows;
        private final boolean panic;
        private final Map<InetAddress, MemberPlan> members = new LinkedHashMap<>();
        private long untilNanos = Long.MAX_VALUE;
        private int serving;

        Draft(DeadFlows deadFlows, boolean panic) {
            this.deadFlows = deadFlows;
            this.panic = panic;
        }

        void serve(Candidate candidate, Tier tier) {
            if (panic ? candidate.isExpected() : candidate.isUp()) {
                int share = panic ? SlowStart.FULL : share(candidate, tier);
                serving++;
                add(candidate, tier, share, MemberState.UP);
            } else {
                standBy(candidate, tier);
            }
        }

        void standBy(Candidate candidate, Tier tier) {
            if (!members.containsKey(candidate.real())) {
                add(candidate, tier, 0, idle(candidate, tier));
            }
        }

        private void add(Candidate candidate, Tier tier, int share, MemberState state) {
            members.put(
                    candidate.real(),
                    new MemberPlan(candidate.real(), tier.pool(), candidate.weight(), share, 0, state));
        }

        private int share(Candidate candidate, Tier tier) {
            if (!candidate.comesBack()) {
                return SlowStart.FULL;
            }
            SlowStart slowStart = new SlowStart(tier.policy().slowStart());
            long elapsed = nowNanos - candidate.sinceNanos();
            holdFor(slowStart.untilNextStep(elapsed));
            return slowStart.shareAt(elapsed);
        }

        /** What becomes of the flows of a real server that gets no new ones. */
        private MemberState idle(Candidate candidate, Tier tier) {
            if (candidate.isDraining()) {
                return drains(candidate, tier.policy().drainTimeout()) ? MemberState.DRAIN : MemberState.DOWN;
            }
            return switch (candidate.standing()) {
                case UP -> MemberState.DRAIN; // of a pool that does not serve now
                case DOWN, UNKNOWN -> deadFlows == DeadFlows.KEEP ? MemberState.DRAIN : MemberState.DOWN;
                case DRAIN, OUT -> MemberState.DOWN;
            };
        }

        private boolean drains(Candidate candidate, @Nullable Duration timeout) {
            if (timeout == null) {
                return true;
            }
            long left = timeout.toNanos() - (nowNanos - candidate.sinceNanos());
            if (left > 0) {
                holdFor(left);
            }
            return left > 0;
        }

        private void holdFor(long nanos) {
            untilNanos = Math.min(untilNanos, nanos);
        }

        List<MemberPlan> members() {
            int factor = 0;
            int largest = 0;
            for (MemberPlan member : members.values()) {
                factor = IntMath.gcd(factor, member.weight() * member.share());
                largest = Math.max(largest, member.weight() * member.share());
            }
            // Without the common factor: a pool that starts slowly as a whole has the same table all the while.
            boolean fits = factor == 0 || largest / factor <= Real.MAX_WEIGHT;
            List<MemberPlan> weighted = new ArrayList<>();
            for (MemberPlan member : members.values()) {
                int exact = factor == 0 ? 0 : member.weight() * member.share() / factor;
                weighted.add(withTableWeight(member, fits ? exact : member.effectiveWeight()));
            }
            return weighted;
        }

        private MemberPlan withTableWeight(MemberPlan member, int tableWeight) {
            return new MemberPlan(
                    member.real(), member.pool(), member.weight(), member.share(), tableWeight, member.state());
        }
    }
}
