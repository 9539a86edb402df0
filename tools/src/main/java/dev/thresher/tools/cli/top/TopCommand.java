// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.top;

import dev.thresher.api.v1.State;
import dev.thresher.tools.cli.CommandFailure;
import dev.thresher.tools.cli.DaemonClient;
import dev.thresher.tools.cli.DaemonVerb;
import dev.thresher.tools.cli.Interval;
import dev.thresher.tools.terminal.Page;
import dev.thresher.tools.terminal.Screen;
import dev.thresher.tools.terminal.Source;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jline.terminal.Terminal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** The verb {@code top}. */
@Command(
        name = "top",
        description = {
            "Show how much goes to each VIP and real server, as it happens.",
            "In a terminal: q ends it, up and down scroll, left and right choose what comes first, r shows or hides real servers."
        })
public final class TopCommand extends DaemonVerb {
    @Option(
            names = "--interval",
            paramLabel = "INTERVAL",
            defaultValue = "1s",
            converter = Interval.class,
            description = "Time between two looks: 100ms to 60m (default: ${DEFAULT-VALUE}).")
    private Duration interval = Duration.ofSeconds(1);

    @Option(
            names = "--sort",
            paramLabel = "FIGURE",
            defaultValue = "packets",
            description = "What comes first: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Sort sort = Sort.PACKETS;

    @Option(names = "--no-reals", description = "Leave out the real servers.")
    private boolean noReals;

    @Option(names = "--batch", description = "Print one picture after the other; needs no terminal. So does --json.")
    private boolean batch;

    @Option(names = "--iterations", paramLabel = "N", description = "With --batch or --json: end after so many.")
    private @Nullable Integer iterations;

    @Override
    public Integer call() {
        if (iterations != null && (iterations < 1 || !isBatch())) {
            throw CommandFailure.invalid("--iterations takes a number from 1, and --batch or --json beside it");
        }
        boolean ended;
        try (DaemonClient daemon = connect()) {
            Source<Rates> rates = wanted -> follow(daemon, wanted);
            ended = isBatch()
                    ? print(rates)
                    : Screen.run(terminalOrFail(), rates, new TopScene(sort, !noReals, ansi()));
        }
        if (ended) {
            err().println("The daemon has ended.");
        }
        return ExitCode.OK;
    }

    private boolean isBatch() {
        return batch || isForScripts();
    }

    private Terminal terminalOrFail() {
        return terminal()
                .orElseThrow(
                        () -> CommandFailure.invalid("there is no terminal here: add --batch, or --json for scripts"));
    }

    private void follow(DaemonClient daemon, Predicate<Rates> wanted) {
        AtomicReference<@Nullable State> last = new AtomicReference<>();
        daemon.watchState(interval, now -> {
            State before = last.getAndSet(now);
            return before == null || wanted.test(Rates.between(before, now));
        });
    }

    private boolean print(Source<Rates> source) {
        AtomicInteger left = new AtomicInteger(iterations == null ? Integer.MAX_VALUE : iterations);
        RateTable table = new RateTable(sort, !noReals, ansi());
        boolean[] stopped = new boolean[1];
        source.follow(rates -> {
            if (isForScripts()) {
                out().println(RateJson.line(rates, sort));
            } else {
                Page page = table.page(rates);
                page.head().forEach(out()::println);
                page.body().forEach(out()::println);
                out().println();
            }
            // Who reads no further (head) needs no more.
            stopped[0] = out().checkError() || left.decrementAndGet() == 0;
            return !stopped[0];
        });
        return !stopped[0];
    }
}
