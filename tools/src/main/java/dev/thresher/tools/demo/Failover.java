// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import dev.thresher.tools.lab.Await;
import dev.thresher.tools.lab.Lab;
import dev.thresher.tools.lab.RealServer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** One real server dies and comes back, while the client goes on sending from known ports. */
final class Failover {
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /** Maglev moves a few slots of the others when the table is rebuilt. */
    private static final double DISRUPTION_LIMIT = 0.01;

    private static final int BATCH = 50;

    private final RealServer victim;
    private final Requests requests;
    private final String url;

    Failover(Lab lab, Requests requests, RealServer victim, String url) {
        this.requests = requests;
        this.victim = victim;
        this.url = url;
    }

    /** Kills the real server; {@code before} tells where each port's requests went until then. */
    List<Check> kill(List<Answer> before) {
        List<Integer> orphans = before.stream()
                .filter(this::isVictim)
                .map(Answer::port)
                .limit(BATCH)
                .toList();
        int[] failed = {0};
        long start = System.nanoTime();
        victim.kill();
        boolean done = Await.until(PATIENCE, () -> {
            List<Answer> answers = requests.from(orphans, url);
            long bad = answers.stream().filter(answer -> !answer.ok()).count();
            failed[0] += (int) bad;
            return bad == 0;
        });
        Check recovery = timed("failover", "requests succeed", start, done, ", " + failed[0] + " failed until then");
        List<Integer> ports = before.stream().map(Answer::port).toList();
        return List.of(recovery, onlyItsShareMoved(before, requests.from(ports, url)));
    }

    /** Starts the real server again and waits until it gets requests from ports not used before. */
    Check revive(int firstPort) {
        int[] port = {firstPort};
        long start = System.nanoTime();
        victim.start();
        boolean done = Await.until(PATIENCE, () -> {
            List<Answer> answers = requests.from(port[0], BATCH, url);
            port[0] += BATCH;
            return answers.stream().anyMatch(this::isVictim);
        });
        return timed("comes_back", victim.host().name() + " gets requests", start, done, "");
    }

    private static Check timed(String name, String what, long startNanos, boolean done, String more) {
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        String value = done
                ? String.format(Locale.ROOT, "%s after %.1f s%s", what, seconds, more)
                : String.format(Locale.ROOT, "not within %.0f s%s", seconds, more);
        boolean ok = done && seconds <= LIMIT.toSeconds();
        return new Check(name, ok, value, what + " within " + LIMIT.toSeconds() + " s");
    }

    private Check onlyItsShareMoved(List<Answer> before, List<Answer> after) {
        int others = 0;
        int moved = 0;
        int orphans = 0;
        int adopted = 0;
        for (int i = 0; i < before.size(); i++) {
            Answer now = after.get(i);
            if (isVictim(before.get(i))) {
                orphans++;
                adopted += now.ok() && !isVictim(now) ? 1 : 0;
            } else {
                others++;
                moved += before.get(i).equals(now) ? 0 : 1;
            }
        }
        String value = adopted + " of " + orphans + " of its flows moved, " + moved + " of " + others + " others";
        boolean ok = adopted == orphans && moved <= others * DISRUPTION_LIMIT;
        return new Check(
                "only_its_share_moved",
                ok,
                value,
                "all " + orphans + ", at most " + (int) (others * DISRUPTION_LIMIT) + " others (1 %)");
    }

    private boolean isVictim(Answer answer) {
        return victim.host().name().equals(answer.real());
    }
}
