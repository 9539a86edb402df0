// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.IpText;
import dev.thresher.config.ProbeKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that do well, do badly, and do not end. */
class ExecProbeTest {
    private static final Duration SHORT = Duration.ofMillis(400);
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final ProbeRun probes = new ProbeRun();

    @AfterEach
    void close() {
        probes.close();
    }

    private ProbeResult run(Duration timeout, String script) throws InterruptedException {
        return probes.run(target(timeout, "/bin/sh", "-c", script));
    }

    private static Target target(Duration timeout, String... command) {
        return Targets.target(IpText.parse("10.0.0.2"), new ProbeKind.Exec(8080, List.of(command)), timeout);
    }

    @Test
    void exit_code_0_passes_and_others_fail_with_the_first_line() throws Exception {
        assertEquals(ProbeResult.passed("exit code 0"), run(LONG, "true"));
        assertEquals(ProbeResult.passed("exit code 0: all is well"), run(LONG, "echo all is well; echo really"));
        assertEquals(ProbeResult.failed("exit code 3: no database"), run(LONG, "echo no database >&2; exit 3"));
        assertEquals(ProbeResult.failed("exit code 137"), run(LONG, "kill -9 $$"));
    }

    @Test
    void the_command_knows_what_it_checks() throws Exception {
        assertEquals(
                ProbeResult.passed("exit code 0: 10.0.0.2 8080"), run(LONG, "echo $THRESHER_ADDRESS $THRESHER_PORT"));
    }

    @Test
    void a_program_that_is_not_there_fails() throws Exception {
        String text = probes.run(target(LONG, "/no/such/program")).text();
        assertTrue(text.startsWith("exit code 127: ") && text.contains("/no/such/program"), text);
    }

    @Test
    void output_is_cut_and_cleaned() throws Exception {
        String text = run(LONG, "printf 'a\\033[2Jb%0300d\\n' 7").text();
        assertTrue(text.startsWith("exit code 0: a [2Jb000") && text.endsWith("…"), text);
    }

    @Test
    void when_the_time_is_up_the_command_and_its_children_die() throws Exception {
        Path pids = directory.resolve("pids");
        String script = "(sleep 1000 & echo $!; sleep 1001 & echo $!; (sleep 1002 & echo $!); echo $$) > " + pids
                + ".new; mv " + pids + ".new " + pids + "; wait; sleep 1003";
        assertEquals(ProbeResult.failed("the command did not end within 400 ms and was killed"), run(SHORT, script));
        List<Long> started =
                Files.readAllLines(pids).stream().map(Long::valueOf).toList();
        assertEquals(4, started.size());
        assertTimeoutPreemptively(LONG, () -> {
            while (started.stream().anyMatch(ExecProbeTest::isRunning)) {
                Thread.onSpinWait();
            }
        });
    }

    /** A zombie that nobody has reaped yet is dead. */
    private static boolean isRunning(long pid) {
        try {
            return !Files.readString(Path.of("/proc/" + pid + "/stat")).contains(") Z ");
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void endless_output_runs_into_the_timeout() throws Exception {
        assertEquals(
                ProbeResult.failed("the command did not end within 400 ms and was killed"),
                run(SHORT, "while :; do echo all work and no play; done"));
    }

    @Test
    void what_a_command_leaves_behind_does_not_hold_the_probe_up() throws Exception {
        Path pid = directory.resolve("pid");
        assertEquals(ProbeResult.passed("exit code 0"), run(LONG, "setsid sleep 1000 & echo $! > " + pid));
        ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).ifPresent(ProcessHandle::destroyForcibly);
    }

    @Test
    void time_that_a_command_waits_for_a_thread_is_not_its_own() throws Exception {
        Duration busy = Duration.ofMillis(600);
        probes.occupy(EpollLoop::blocking, 4, busy);
        assertEquals(ProbeResult.passed("exit code 0"), run(SHORT, "true"));
    }

    @Test
    void commands_end_with_the_checker() throws Exception {
        Path pid = directory.resolve("pid");
        probes.start(
                target(LONG, "/bin/sh", "-c", "echo $$ > " + pid + ".new; mv " + pid + ".new " + pid + "; sleep 1000"));
        assertTimeoutPreemptively(LONG, () -> {
            while (!Files.exists(pid)) {
                Thread.onSpinWait();
            }
        });
        long started = Long.parseLong(Files.readString(pid).strip());
        probes.close();
        assertTimeoutPreemptively(LONG, () -> {
            while (isRunning(started)) {
                Thread.onSpinWait();
            }
        });
    }
}
