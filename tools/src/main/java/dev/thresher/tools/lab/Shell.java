// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Runs commands of the system, such as {@code ip} and {@code curl}, to their end. */
public final class Shell {
    private Shell() {}

    /** How a command ended and what it said. */
    public record Result(List<String> command, int exit, String out, String err) {
        /** The output, if the command succeeded. */
        public String outOrThrow() {
            if (exit != 0) {
                String reason = err.isBlank() ? out.strip() : err.strip();
                throw new LabException(String.join(" ", command) + ": exit status " + exit + ": " + reason);
            }
            return out;
        }
    }

    /** Runs a command that has to succeed and returns its output. */
    public static String run(String... command) {
        return attempt("", List.of(command)).outOrThrow();
    }

    /** Runs a command, feeding it the input, whatever its exit status. */
    public static Result attempt(String input, List<String> command) {
        Process process;
        try {
            process = new ProcessBuilder(command).start();
        } catch (IOException e) {
            throw new LabException("cannot run " + command.get(0) + ": " + e.getMessage(), e);
        }
        try {
            FutureTask<String> err = reader(process.getErrorStream());
            FutureTask<String> out = reader(process.getInputStream());
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(UTF_8));
            } catch (IOException e) {
                // It ended without reading its input; its exit status tells why.
            }
            return new Result(command, process.waitFor(), out.get(), err.get());
        } catch (ExecutionException e) {
            throw new LabException("cannot read what " + command.get(0) + " says", e);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new LabException("interrupted during " + String.join(" ", command), e);
        }
    }

    /** A thread each: a command that fills one pipe while only the other is read would wait for ever. */
    private static FutureTask<String> reader(InputStream stream) {
        FutureTask<String> task = new FutureTask<>(() -> read(stream));
        Thread thread = new Thread(task, "shell-reader");
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    private static String read(InputStream stream) {
        try (stream) {
            return new String(stream.readAllBytes(), UTF_8);
        } catch (IOException e) {
            return ""; // the process was destroyed
        }
    }
}
