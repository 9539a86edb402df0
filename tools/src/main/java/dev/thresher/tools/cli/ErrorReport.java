// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import java.io.PrintWriter;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns whatever went wrong into a message for people and an exit status for scripts. */
final class ErrorReport implements IExecutionExceptionHandler, IParameterExceptionHandler {
    private static final String PREFIX = "thresher: ";

    private final BooleanSupplier verbose;

    ErrorReport(BooleanSupplier verbose) {
        this.verbose = verbose;
    }

    @Override
    public int handleParseException(ParameterException e, String[] args) {
        CommandLine line = e.getCommandLine();
        PrintWriter err = line.getErr();
        err.println(PREFIX + message(e));
        UnmatchedArgumentException.printSuggestions(e, err);
        err.println("See '" + line.getCommandSpec().qualifiedName() + " --help'.");
        err.flush();
        return ExitCode.USAGE;
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine line, ParseResult parsed) {
        PrintWriter err = line.getErr();
        int exitCode = ExitCode.SOFTWARE;
        if (e instanceof CommandFailure failure) {
            err.println(PREFIX + Printable.lines(String.valueOf(failure.getMessage())));
            exitCode = failure.exitCode();
        } else {
            err.println(PREFIX + "this should not happen: " + e);
            if (!verbose.getAsBoolean()) {
                err.println("Run it again with --verbose and report what it prints.");
            }
        }
        if (verbose.getAsBoolean()) {
            e.printStackTrace(err);
        }
        err.flush();
        return exitCode;
    }

    private static String message(ParameterException e) {
        boolean atRoot = e.getCommandLine().getParent() == null;
        if (atRoot && e instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
            return "there is no verb '" + unmatched.getUnmatched().get(0) + "'";
        }
        return String.valueOf(e.getMessage()).replaceFirst("^Error: ", "");
    }
}
