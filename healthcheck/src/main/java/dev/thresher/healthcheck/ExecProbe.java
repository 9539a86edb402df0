// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import dev.thresher.config.IpText;
import dev.thresher.config.ProbeKind;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a command; exit code 0 passes. The command leads a session of its own, so that when its time is up all that it has
 * started can be killed with it. Starting and reaping are blocking work and happen on other threads than the loop's. Its time
 * runs from its start, not from the moment when it began to wait for one of these threads. No command outlives the loop.
 *
 * <p>Nobody reads the output before the command has ended: one that writes more than a pipe holds, 64 KiB, waits for ever
 * and runs into its timeout.
 */
final class ExecProbe implements Probe {
    /** util-linux: makes the process that becomes the command the leader of a session and a process group. */
    private static final String SETSID = "setsid";

    private static final int MAX_OUTPUT_BYTES = 4096;
    private static final int MAX_TEXT_LENGTH = 200;

    /** How long a command may wait for its start, or its result for a thread that looks at it. */
    private static final Duration MAX_WAIT = Duration.ofSeconds(1);

    private final EventLoop eventLoop;
    private final Executor workers;
    private final Set<Process> running = ConcurrentHashMap.newKeySet();
    private volatile boolean over;

    ExecProbe(EventLoop eventLoop, Executor workers) {
        this.eventLoop = eventLoop;
        this.workers = workers;
    }

    @Override
    public Cancellable start(ProbeContext context, Consumer<ProbeResult> done) {
        Run run = new Run(context, done);
        run.begin();
        return run;
    }

    /** One run. What it knows lives on the loop's thread. */
    private final class Run implements Cancellable {
        private final ProbeContext context;
        private final Consumer<ProbeResult> done;
        private Future<?> timer;
        private @Nullable Process process;
        private boolean reaping;
        /** Written by the loop's thread. */
        private volatile boolean ended;

        Run(ProbeContext context, Consumer<ProbeResult> done) {
            this.context = context;
            this.done = done;
            this.timer = timer(MAX_WAIT);
        }

        private Future<?> timer(Duration time) {
            return eventLoop.schedule(this::timedOut, time.toNanos(), TimeUnit.NANOSECONDS);
        }

        void begin() {
            workers.execute(() -> {
                if (ended) {
                    return; // It has waited for too long.
                }
                try {
                    Process started = builder().start();
                    running.add(started);
                    if (over) {
                        kill(started);
                    }
                    onLoop(() -> started(started), started);
                } catch (IOException e) {
                    onLoop(
                            () -> finish(ProbeResult.inconclusive("the command cannot be started: " + e.getMessage())),
                            null);
                }
            });
        }

        private ProcessBuilder builder() {
            ProbeKind.Exec kind = (ProbeKind.Exec) context.target().check().kind();
            List<String> words = new ArrayList<>(List.of(SETSID));
            words.addAll(kind.command());
            ProcessBuilder builder = new ProcessBuilder(words);
            builder.redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .environment()
                    .put("THRESHER_ADDRESS", IpText.format(context.address()));
            builder.environment().put("THRESHER_PORT", Integer.toString(kind.port()));
            return builder;
        }

        private void started(Process started) {
            process = started;
            if (ended) {
                killOffLoop(started);
                return;
            }
            timer.cancel(false);
            timer = timer(context.timeout());
            var unused = started.onExit()
                    .thenAcceptAsync(
                            exited -> {
                                running.remove(exited);
                                ProbeResult result = result(exited);
                                onLoop(() -> finish(result), null);
                            },
                            workers);
        }

        private ProbeResult result(Process exited) {
            String line = firstLine(exited);
            String text = "exit code " + exited.exitValue() + (line.isEmpty() ? "" : ": " + line);
            return exited.exitValue() == 0 ? ProbeResult.passed(text) : ProbeResult.failed(text);
        }

        /** Only what is there already: something that the command has left behind may hold the pipe open. */
        private String firstLine(Process exited) {
            try (InputStream output = exited.getInputStream()) {
                int ready = Math.min(output.available(), MAX_OUTPUT_BYTES);
                String text = new String(output.readNBytes(ready), StandardCharsets.UTF_8);
                String line = text.lines()
                        .findFirst()
                        .orElse("")
                        .replaceAll("\\p{Cntrl}", " ")
                        .strip();
                return line.length() <= MAX_TEXT_LENGTH ? line : line.substring(0, MAX_TEXT_LENGTH) + "…";
            } catch (IOException e) {
                return "(its output cannot be read: " + e.getMessage() + ")";
            }
        }

        private void timedOut() {
            if (process == null) {
                finish(ProbeResult.inconclusive("the command did not start in time: too many run at once"));
                return;
            }
            if (!process.isAlive()) {
                awaitResult();
                return;
            }
            finish(ProbeResult.failed(
                    "the command did not end within " + context.timeout().toMillis() + " ms and was killed"));
        }

        /** It has ended in time, and nobody has had the time to look. */
        private void awaitResult() {
            if (reaping) {
                finish(ProbeResult.inconclusive("nobody had the time to look at the command's result"));
            } else {
                reaping = true;
                timer = timer(MAX_WAIT);
            }
        }

        private void finish(ProbeResult result) {
            if (end()) {
                done.accept(result);
            }
        }

        @Override
        public void cancel() {
            end();
        }

        private boolean end() {
            if (ended) {
                return false;
            }
            ended = true;
            timer.cancel(false);
            if (process != null) {
                killOffLoop(process);
            }
            return true;
        }

        /** @param orphan killed if the loop has ended, null for nothing */
        private void onLoop(Runnable task, @Nullable Process orphan) {
            try {
                eventLoop.execute(task);
            } catch (RejectedExecutionException e) {
                if (orphan != null) {
                    kill(orphan);
                }
            }
        }
    }

    /** Ends all commands, and those that are about to start. From any thread. */
    void end() {
        over = true;
        running.forEach(this::kill);
    }

    /** Finding what to kill takes a walk through /proc. */
    private void killOffLoop(Process process) {
        if (process.isAlive()) {
            try {
                workers.execute(() -> kill(process));
            } catch (RejectedExecutionException e) {
                kill(process);
            }
        }
    }

    /** The group first; then what has left it, as far as it can be found. Something that has ended is no error. */
    private void kill(Process process) {
        List<ProcessHandle> descendants = process.descendants().toList();
        NativeCalls.killGroup(process.pid());
        descendants.forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        running.remove(process);
    }
}
