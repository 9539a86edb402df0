// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import dev.thresher.api.v1.HealthState;
import dev.thresher.api.v1.Member;
import dev.thresher.tools.cli.DaemonClient;
import dev.thresher.tools.lab.Await;
import dev.thresher.tools.lab.RealServer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** One real server dies and comes back, while the client goes on sending from known ports. */
final class Failover {
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /** Maglev moves a few slots of the others when the table is rebuilt. */
    private static final double DISRUPTION_LIMIT = 0.01;

    private static final int BATCH = 50;

    private final Requests requests;
    private final DaemonClient daemon;
    private final RealServer victim;

    Failover(Requests requests, DaemonClient daemon, RealServer victim) {
        this.requests = requests;
        this.daemon = daemon;
        this.victim = victim;
    }

    /** Kills the real server; {@code before} tells where each port's requests went until then. */
    List<Check> kill(List<Traffic> before) {
        long start = System.nanoTime();
        victim.kill();
        int[] failed = {0};
        boolean done = Await.until(PATIENCE, () -> {
            long bad = before.stream()
                    .map(traffic -> requests.from(traffic.ports(this::isVictim, BATCH), traffic.url()))
                    .flatMap(Collection::stream)
                    .filter(answer -> !answer.ok())
                    .count();
            failed[0] += (int) bad;
            return bad == 0;
        });
        Check recovery = timed("requests_recover", start, done, ", " + failed[0] + " requests failed until then");
        return List.of(recovery, takenOut(), onlyItsShareMoved(before));
    }

    /** What the daemon says of it: its probes fail, and it has no share of the tables any more. */
    private Check takenOut() {
        boolean done = Await.until(PATIENCE, () -> members().stream().allMatch(Failover::isOut));
        String reason = members().stream()
                .map(member -> member.getHealth().getReason())
                .findFirst()
                .orElse("unknown");
        return new Check("probes_take_it_out", done, (done ? "down: " : "not down: ") + reason, "down, weight 0");
    }

    private List<Member> members() {
        return daemon.state().getVipsList().stream()
                .flatMap(vip -> vip.getMembersList().stream())
                .filter(member -> victim.addresses().contains(member.getReal()))
                .toList();
    }

    private static boolean isOut(Member member) {
        return member.getHealth().getState() == HealthState.HEALTH_STATE_DOWN && member.getEffectiveWeight() == 0;
    }

    private Check onlyItsShareMoved(List<Traffic> before) {
        int others = 0;
        int moved = 0;
        int orphans = 0;
        int adopted = 0;
        for (Traffic traffic : before) {
            List<Answer> after = requests.from(traffic.ports(answer -> true, Integer.MAX_VALUE), traffic.url());
            for (int i = 0; i < after.size(); i++) {
                Answer now = after.get(i);
                if (isVictim(traffic.answers().get(i))) {
                    orphans++;
                    adopted += now.ok() && !isVictim(now) ? 1 : 0;
                } else {
                    others++;
                    moved += traffic.answers().get(i).equals(now) ? 0 : 1;
                }
            }
        }
        return new Check(
                "only_its_share_moves",
                adopted == orphans && moved <= others * DISRUPTION_LIMIT,
                adopted + " of its " + orphans + " flows, " + moved + " of " + others + " others",
                "all of its own, ≤ 1 % of others");
    }

    /** Starts the real server again and waits until it gets requests from ports not used before. */
    Check revive(int firstPort, List<String> urls) {
        int[] port = {firstPort};
        long start = System.nanoTime();
        victim.start();
        boolean done = Await.until(PATIENCE, () -> {
            port[0] += BATCH;
            return urls.stream()
                    .allMatch(url -> requests.from(port[0], BATCH, url).stream().anyMatch(this::isVictim));
        });
        return timed("it_comes_back", start, done, "");
    }

    private static Check timed(String name, long startNanos, boolean done, String more) {
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        String value = String.format(Locale.ROOT, "%s %.1f s%s", done ? "after" : "not within", seconds, more);
        return new Check(name, done && seconds <= LIMIT.toSeconds(), value, "within " + LIMIT.toSeconds() + " s");
    }

    private boolean isVictim(Answer answer) {
        return victim.host().name().equals(answer.real());
    }
}
