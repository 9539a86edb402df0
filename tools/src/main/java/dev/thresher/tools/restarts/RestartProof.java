// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.restarts;

import dev.thresher.bpf.BpfMap;
import dev.thresher.bpf.InstancePins;
import dev.thresher.bpf.KernelProgram;
import dev.thresher.bpf.layout.ProgramSettings;
import dev.thresher.tools.cli.CommandFailure;
import dev.thresher.tools.cli.DaemonClient;
import dev.thresher.tools.lab.Await;
import dev.thresher.tools.lab.Lab;
import dev.thresher.tools.lab.LabException;
import dev.thresher.tools.lab.Launcher;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Restarts, kills, upgrades and reloads in random order, under traffic that never stops: new connections and long uploads, of
 * both families, by every encapsulation. After each step the daemon has to serve what is configured, and counters must not have
 * gone back.
 */
public final class RestartProof {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int MOST_NANOS_TO_KILL = 600_000_000;
    private static final int MOST_NANOS_TO_START = 2_000_000_000;
    private static final int STEPS_A_LINE = 10;
    private static final String SETTINGS = ".rodata";
    private static final byte[] FIRST = new byte[Integer.BYTES];

    private final Lab lab;
    private final Random random;
    private final Path present;
    private final Path next;
    private final Elsewhere elsewhere;
    private final CounterLedger ledger = new CounterLedger();
    private final List<String> problems = new ArrayList<>();
    private boolean upgraded;
    private int kills;
    private int leastUnderway = Integer.MAX_VALUE;
    private long failed;
    private long slowestMillis;
    private long backwards;
    private long slowestStartMillis;

    private enum Step {
        RESTART,
        KILL,
        UPGRADE,
        RELOAD
    }

    private RestartProof(Lab lab, long seed, Path present, Path next) {
        this.lab = lab;
        this.random = new Random(seed);
        this.present = present;
        this.next = next;
        this.elsewhere = new Elsewhere(lab.files(), lab.realServers().size());
    }

    /**
     * Goes through all steps. The daemon that runs at the end may be of the other version.
     *
     * @param dist the jars of this build, of which the lab's daemon is
     * @param seed of the order and of the moments of kills
     * @param progress told of each ten steps, and of what fails
     */
    public static ProofResult run(Lab lab, Path dist, ProofCounts counts, long seed, Consumer<String> progress) {
        Path next = dist;
        if (counts.upgrades() > 0) {
            progress.accept("building a daemon of layout version " + NextRelease.ABI_VERSION);
            next = NextRelease.build(
                    Launcher.path().resolveSibling("."),
                    dist,
                    lab.files().directory().resolve("next"));
        }
        RestartProof proof = new RestartProof(lab, seed, dist, next);
        progress.accept("clients begin");
        try (SteadyClients clients = SteadyClients.start(lab, counts.upload())) {
            return proof.run(clients, counts, progress);
        }
    }

    private ProofResult run(SteadyClients clients, ProofCounts counts, Consumer<String> progress) {
        if (!Await.until(PATIENCE, () -> clients.read().uploadsUnderway() == SteadyClients.UPLOADS)) {
            throw new LabException("the clients' uploads have not begun: " + clients.read());
        }
        // Until now they have learnt what fits the way, by losing packets that do not.
        long lostBefore = clients.read().retransmitted();
        lookAtCounters("at the beginning");
        List<Step> steps = steps(counts);
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            String when = "step " + (i + 1) + ", " + step;
            try {
                take(step);
            } catch (CommandFailure | LabException e) {
                throw new LabException(
                        when + ": " + e.getMessage() + "\n" + lab.balancer().lastWords(), e);
            }
            int known = problems.size();
            lookAtCounters(when);
            lookAtClients(clients.read(), when);
            problems.subList(known, problems.size()).forEach(progress);
            if ((i + 1) % STEPS_A_LINE == 0 || i + 1 == steps.size()) {
                progress.accept((i + 1) + " of " + steps.size() + " steps, " + failed + " failures");
            }
        }
        int underway = leastUnderway; // at the end there is none
        ClientReading last = clients.finish();
        lookAtClients(last, "the end of the uploads");
        leastUnderway = underway;
        lookAtCounters("at the end");
        return result(last, last.retransmitted() - lostBefore);
    }

    private List<Step> steps(ProofCounts counts) {
        List<Step> steps = new ArrayList<>();
        steps.addAll(Collections.nCopies(counts.restarts(), Step.RESTART));
        steps.addAll(Collections.nCopies(counts.kills(), Step.KILL));
        steps.addAll(Collections.nCopies(counts.upgrades(), Step.UPGRADE));
        steps.addAll(Collections.nCopies(counts.reloads(), Step.RELOAD));
        Collections.shuffle(steps, random);
        return steps;
    }

    private void take(Step step) {
        switch (step) {
            case RESTART -> {
                lab.balancer().stop();
                start();
            }
            case KILL -> {
                kill();
                start();
            }
            case UPGRADE -> {
                lab.balancer().stop();
                upgraded = !upgraded;
                start();
            }
            case RELOAD -> {
                elsewhere.edit();
                if (random.nextBoolean()) {
                    lab.balancer().hangUp(); // else the daemon finds the edit itself
                }
            }
        }
        awaitService();
    }

    /** Those who change something, those who start and those who make room, in turn. */
    private void kill() {
        switch (kills++ % 3) {
            case 0 -> {
                elsewhere.edit();
                killAtTheChange();
            }
            case 1 -> {
                lab.balancer().kill();
                lab.balancer().startAndKill(upgraded ? next : present, random.nextInt(MOST_NANOS_TO_START));
            }
            default -> {
                elsewhere.resize();
                killAtTheChange();
            }
        }
    }

    private void killAtTheChange() {
        lab.balancer().hangUp();
        LockSupport.parkNanos(random.nextInt(MOST_NANOS_TO_KILL));
        lab.balancer().kill();
    }

    private void start() {
        long start = System.nanoTime();
        lab.balancer().startFrom(upgraded ? next : present);
        slowestStartMillis = Math.max(slowestStartMillis, (System.nanoTime() - start) / 1_000_000);
    }

    private void awaitService() {
        try (DaemonClient daemon = lab.balancer().connect()) {
            if (!Await.until(PATIENCE, () -> elsewhere.isInForce(daemon.state()))) {
                throw new LabException(
                        "the change elsewhere is not in force after " + PATIENCE.toSeconds() + " s: " + daemon.state());
            }
        }
        int wanted = upgraded ? NextRelease.ABI_VERSION : ProgramSettings.ABI_VERSION;
        if (!Await.until(PATIENCE, () -> attachedVersion() == wanted)) {
            throw new LabException(
                    "the maps at work are of layout version " + attachedVersion() + ", and not " + wanted);
        }
    }

    /** Of the program that forwards, whatever its daemon says. */
    private int attachedVersion() {
        InstancePins pins = new InstancePins(lab.files().instance());
        try (KernelProgram program = KernelProgram.atWork(pins).orElseThrow();
                BpfMap settings = program.map(SETTINGS).orElseThrow()) {
            return ProgramSettings.versionOf(settings.lookup(FIRST).orElseThrow());
        }
    }

    private void lookAtCounters(String when) {
        try (DaemonClient daemon = lab.balancer().connect()) {
            List<String> behind = ledger.enter(daemon.state(), daemon.counters());
            backwards += behind.size();
            behind.forEach(counter -> problems.add(when + ": went back: " + counter));
        }
    }

    private void lookAtClients(ClientReading reading, String when) {
        slowestMillis = Math.max(slowestMillis, reading.slowestMillis());
        leastUnderway = Math.min(leastUnderway, reading.uploadsUnderway());
        if (reading.failed() > failed) {
            int kept = reading.failures().size();
            reading.failures()
                    .subList((int) Math.min(failed, kept), kept)
                    .forEach(line -> problems.add(when + ": " + line));
            failed = reading.failed();
        }
    }

    private ProofResult result(ClientReading last, long retransmitted) {
        return new ProofResult(
                last.requests(),
                last.uploads(),
                last.uploadedBytes(),
                leastUnderway,
                failed,
                last.resets(),
                retransmitted,
                slowestMillis,
                backwards,
                slowestStartMillis,
                problems);
    }
}
