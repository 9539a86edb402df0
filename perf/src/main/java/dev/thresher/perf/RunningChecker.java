// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import com.google.gson.Gson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The other side of a {@link CheckerProcess}. */
final class RunningChecker implements AutoCloseable {
    private final Process process;
    private final Writer questions;
    private final BufferedReader answers;

    private RunningChecker(Process process) {
        this.process = process;
        this.questions = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** @param options of the checker's Java */
    static RunningChecker start(List<String> options, int port, int targets, int intervalMillis) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), CheckerProcess.class.getName()));
        command.addAll(List.of(Integer.toString(port), Integer.toString(targets), Integer.toString(intervalMillis)));
        ProcessBuilder builder = new ProcessBuilder(command);
        try {
            return new RunningChecker(
                    builder.redirectError(ProcessBuilder.Redirect.INHERIT).start());
        } catch (IOException e) {
            throw new BenchException("the checker's process cannot be started: " + e.getMessage());
        }
    }

    CheckerProcess.Reading read() {
        try {
            questions.write("\n");
            questions.flush();
            String line = answers.readLine();
            if (line == null) {
                throw new BenchException("the checker's process has ended");
            }
            return new Gson().fromJson(line, CheckerProcess.Reading.class);
        } catch (IOException e) {
            throw new BenchException("the checker's process does not answer: " + e.getMessage());
        }
    }

    /** Sends a signal, {@code STOP} or {@code CONT}. */
    void signal(String name) {
        try {
            int code = new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + process.pid())
                    .inheritIO()
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new BenchException("kill -" + name + " failed");
            }
        } catch (IOException e) {
            throw new BenchException("kill cannot be started: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
