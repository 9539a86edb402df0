// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the verbs that work on a lab have in common. */
public abstract class LabVerb implements Callable<Integer> {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable")
    private boolean help;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Does the work and answers the exit status. */
    protected abstract int act();

    @Override
    public final Integer call() {
        try {
            return act();
        } catch (RuntimeException e) {
            boolean stopped = Thread.currentThread().isInterrupted(); // see CleanExit
            if (!stopped && !(e instanceof LabException)) {
                throw e;
            }
            tell("thresher: " + (stopped ? "stopped; everything is removed again" : e.getMessage()));
            return ExitCode.SOFTWARE;
        }
    }

    /** What to throw when the caller asked for something that cannot be. */
    protected ParameterException invalid(LabException e) {
        return new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }

    /** Where results go. */
    protected PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** Says something to the person at the terminal. */
    protected void tell(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(line);
        err.flush();
    }
}
