// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.restarts;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.Gson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * All clients, in a process of their own because they live in the client's network namespace. Answers each line on its
 * standard input with a {@link ClientReading} in JSON; after {@link #FINISH} and at the end of the input it ends.
 *
 * <p>Arguments: the folder of the real servers' folders, the seconds that an upload takes, then the VIPs.
 */
final class ClientProcess {
    static final String FINISH = "finish";

    private static final Duration REQUEST_INTERVAL = Duration.ofMillis(40);
    private static final Duration STUCK = Duration.ofSeconds(10);
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(500);

    private final AtomicBoolean over = new AtomicBoolean();
    private final List<Thread> loops = new ArrayList<>();
    private final ClientTally tally = new ClientTally(TcpCounters.read());

    private ClientProcess(Path reals, Duration upload, List<Endpoint> vips) throws IOException {
        List<UploadLoop> uploads = new ArrayList<>();
        for (Endpoint vip : vips) {
            start(new RequestLoop(vip, new Pace(REQUEST_INTERVAL), tally, over::get));
            Duration first = upload.multipliedBy(uploads.size() + 1L).dividedBy(vips.size());
            UploadLoop loop = new UploadLoop(vip, reals, first, upload, tally, over::get);
            uploads.add(loop);
            start(loop);
        }
        Thread watchdog = new Thread(() -> watch(uploads), "watchdog");
        watchdog.setDaemon(true);
        watchdog.start();
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        List<Endpoint> vips = new ArrayList<>();
        for (String vip : List.of(arguments).subList(2, arguments.length)) {
            vips.add(Endpoint.parse(vip));
        }
        new ClientProcess(Path.of(arguments[0]), Duration.ofSeconds(Long.parseLong(arguments[1])), vips).answer();
    }

    private void start(Runnable loop) {
        Thread thread = new Thread(loop, "client-" + loops.size());
        loops.add(thread);
        thread.start();
    }

    private static void watch(List<UploadLoop> uploads) {
        Pace pace = new Pace(LOOK_INTERVAL);
        while (!Thread.currentThread().isInterrupted()) {
            uploads.forEach(loop -> loop.giveUpIfStuck(STUCK));
            pace.await();
        }
    }

    private void answer() throws IOException, InterruptedException {
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        PrintStream answers = new PrintStream(System.out, true, UTF_8);
        String question;
        while ((question = questions.readLine()) != null) {
            boolean finish = question.equals(FINISH);
            if (finish) {
                end();
            }
            answers.println(new Gson().toJson(tally.reading(TcpCounters.read())));
            if (finish) {
                return;
            }
        }
        end();
    }

    private void end() throws InterruptedException {
        over.set(true);
        for (Thread loop : loops) {
            loop.join();
        }
    }
}
