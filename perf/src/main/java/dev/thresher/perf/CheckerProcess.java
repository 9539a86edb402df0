// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import com.google.gson.Gson;
import dev.thresher.config.CheckThresholds;
import dev.thresher.config.CheckTiming;
import dev.thresher.config.HealthCheck;
import dev.thresher.healthcheck.CheckerStatus;
import dev.thresher.healthcheck.Health;
import dev.thresher.healthcheck.HealthChecker;
import dev.thresher.healthcheck.Target;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongBiFunction;

/**
 * A process that does nothing but check {@code TARGETS} addresses of 127.0.0.0/8 at {@code PORT} every
 * {@code INTERVAL_MILLIS}. It writes a line of JSON, a {@link Reading}, for each line that it reads, and ends with its
 * input.
 */
final class CheckerProcess {
    /** What a test of the whole checker can see of it at one moment. */
    record Reading(
            long nanos,
            long probes,
            long checkerCpuNanos,
            long checkerUserNanos,
            int descriptors,
            int waiting,
            int up,
            int wrongTransitions,
            long pauses) {}

    private static final Health[] HEALTHY = {Health.UNKNOWN, Health.UP};

    private CheckerProcess() {}

    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(arguments[0]);
        int count = Integer.parseInt(arguments[1]);
        Duration interval = Duration.ofMillis(Long.parseLong(arguments[2]));
        AtomicInteger wrong = new AtomicInteger();
        try (HealthChecker checker = HealthChecker.open((target, change) -> {
            if (change.from() != HEALTHY[0] || change.to() != HEALTHY[1]) {
                wrong.incrementAndGet();
                System.err.println("bench: " + target + " " + change);
            }
        })) {
            checker.update(targets(port, count, interval)).join();
            answer(checker, wrong);
        }
    }

    private static List<Target> targets(int port, int count, Duration interval) throws IOException {
        CheckTiming timing = new CheckTiming(interval, interval.dividedBy(2), interval, 0.1);
        HealthCheck check = HealthCheck.http(port, "/health").with(timing).with(CheckThresholds.of(2, 3));
        List<Target> targets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] address = {127, (byte) (1 + (i >> 16)), (byte) (i >> 8), (byte) i};
            targets.add(new Target(InetAddress.getByAddress(address), check));
        }
        return targets;
    }

    private static void answer(HealthChecker checker, AtomicInteger wrong) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (in.readLine() != null) {
            CheckerStatus status = checker.status();
            long up = checker.snapshot().values().stream()
                    .filter(health -> health.state().health() == Health.UP)
                    .count();
            int descriptors = Objects.requireNonNull(new File("/proc/self/fd").list()).length;
            System.out.println(new Gson()
                    .toJson(new Reading(
                            System.nanoTime(),
                            status.probes(),
                            checkerNanos(ThreadMXBean::getThreadCpuTime),
                            checkerNanos(ThreadMXBean::getThreadUserTime),
                            descriptors,
                            status.waiting(),
                            (int) up,
                            wrong.get(),
                            status.pauses())));
        }
    }

    /** Of the event loop and its workers; not of the compiler and the garbage collector. */
    private static long checkerNanos(ToLongBiFunction<ThreadMXBean, Long> time) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("health-")) {
                sum += Math.max(0, time.applyAsLong(threads, thread.getId()));
            }
        }
        return sum;
    }
}
