// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.change;

import com.google.protobuf.Message;
import dev.thresher.api.v1.Difference;
import dev.thresher.api.v1.PlanResponse;
import dev.thresher.tools.cli.DaemonClient;
import dev.thresher.tools.cli.DaemonVerb;
import dev.thresher.tools.cli.JsonView;
import picocli.CommandLine.ExitCode;

/** A verb that talks to the daemon about changes. */
abstract class ControlVerb extends DaemonVerb {
    @Override
    public final Integer call() {
        int status;
        prepare();
        try (DaemonClient daemon = connect()) {
            status = call(new ControlClient(daemon));
        }
        out().flush();
        return status;
    }

    /** What can be done without the daemon, so that wrong usage does not disturb it. */
    void prepare() {}

    /** Does it. */
    abstract int call(ControlClient control);

    /** For scripts. */
    final int json(Message message) {
        out().println(JsonView.print(JsonView.object(message)));
        return ExitCode.OK;
    }

    /** For people. */
    final void show(Difference difference) {
        new DifferenceText(out(), ansi()).print(difference);
    }

    /** What would change. */
    final int told(PlanResponse plan) {
        if (isForScripts()) {
            return json(plan);
        }
        tell(plan);
        return ExitCode.OK;
    }

    final void tell(PlanResponse plan) {
        show(plan.getDifference());
        String revision = Long.toUnsignedString(plan.getRevision());
        if (DifferenceText.isEmpty(plan.getDifference())) {
            out().println("Nothing would change: revision " + revision + " says the same.");
        } else {
            out().println("That would be the change from revision " + revision + ".");
        }
        out().flush();
    }
}
