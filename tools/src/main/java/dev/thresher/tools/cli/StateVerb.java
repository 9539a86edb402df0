// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import dev.thresher.api.v1.State;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** A verb that shows the state of a daemon, once or again and again. */
abstract class StateVerb extends AnswerVerb {
    @Option(
            names = "--watch",
            arity = "0..1",
            fallbackValue = "1s",
            paramLabel = "INTERVAL",
            converter = Interval.class,
            description =
                    "Look again at each interval (default: 1s): in place on a terminal, which q leaves; else one after "
                            + "the other. With --json, an object on a line each time.")
    private @Nullable Duration watch;

    /** Complains of wrong usage before the daemon is disturbed. */
    void checkUsage() {}

    /** What is to be shown of a state. */
    abstract Answer answer(State state, DaemonClient daemon);

    @Override
    final Answer ask(DaemonClient daemon) {
        return answer(daemon.state(), daemon);
    }

    @Override
    public Integer call() {
        checkUsage();
        if (watch == null) {
            return super.call();
        }
        try (DaemonClient daemon = connect()) {
            new Watch(this, daemon, watch).run();
        }
        out().flush();
        return ExitCode.OK;
    }
}
