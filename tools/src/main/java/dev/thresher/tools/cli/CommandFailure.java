// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ExitCode;

/** Ends a verb with one clear message: the thing, the reason, and on the next lines what to do. */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    private CommandFailure(int exitCode, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** The operation failed. */
    public static CommandFailure failed(String message, @Nullable Throwable cause) {
        return new CommandFailure(ExitCode.SOFTWARE, message, cause);
    }

    /** What the user gave is not valid. */
    public static CommandFailure invalid(String message) {
        return new CommandFailure(ExitCode.USAGE, message, null);
    }

    /** The exit status of the process. */
    public int exitCode() {
        return exitCode;
    }
}
