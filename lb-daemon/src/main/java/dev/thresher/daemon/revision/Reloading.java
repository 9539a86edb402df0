// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import dev.thresher.config.Document;
import java.io.Closeable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the configuration again when its files have changed and were left alone since, and at each SIGHUP. */
public final class Reloading implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Reloading.class);

    /** An edit counts after one to two of these. */
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(250);

    /** Files that include others that include others are known after as many readings; after these, once they change. */
    private static final int MOST_ROUNDS = 5;

    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

    private final Revisions revisions;
    private final Path folder;
    private final AtomicBoolean hangups = new AtomicBoolean();
    private final FileWatch watch = new FileWatch(Document::isPart);
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(Reloading::newThread);

    private Reloading(Revisions revisions, Path file) {
        this.revisions = revisions;
        this.folder = Document.folderOf(file);
    }

    /** Begins. {@code file} is the main one. */
    public static Reloading start(Revisions revisions, Path file) {
        Reloading reloading = new Reloading(revisions, file);
        reloading.thread.execute(reloading::begin);
        if (!Hangup.onEach(reloading::hangup)) {
            LOG.warn(
                    "SIGHUP is ignored, as whoever started the daemon wanted (nohup?): edits of the files count all the"
                            + " same, a moment after they are made");
        }
        ScheduledFuture<?> unused = reloading.thread.scheduleWithFixedDelay(
                reloading::look, 0, LOOK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        return reloading;
    }

    /** What changed between the daemon's own reading and now must not be missed. */
    private void begin() {
        try {
            watch.afterReading(paths());
            watch.beforeReading();
            if (revisions.filesSayTheSame()) {
                watch.afterReading(paths());
                return;
            }
        } catch (RuntimeException | Error e) {
            LOG.error("Cannot compare the configuration files with what was read", e);
        }
        reload();
    }

    private void hangup() {
        // One reading answers for all signals that came before it.
        if (hangups.compareAndSet(false, true) && !thread.isShutdown()) {
            thread.execute(this::reloadAsAsked);
        }
    }

    private void reloadAsAsked() {
        hangups.set(false);
        LOG.info("SIGHUP: reading the configuration again");
        reload();
    }

    private void look() {
        try {
            if (watch.hasSettledChange()) {
                reload();
            }
        } catch (RuntimeException | Error e) {
            // What is thrown here would end the looking for good.
            LOG.error("Cannot look at the configuration files", e);
        }
    }

    private void reload() {
        try {
            boolean known = false;
            for (int round = 0; round < MOST_ROUNDS && !known; round++) {
                watch.beforeReading();
                revisions.reload();
                known = watch.afterReading(paths());
            }
        } catch (RuntimeException | Error e) {
            LOG.error("Cannot read the configuration again", e);
        }
    }

    private Set<Path> paths() {
        Set<Path> paths = new LinkedHashSet<>(revisions.files());
        paths.add(folder);
        return paths;
    }

    private static Thread newThread(Runnable body) {
        Thread thread = new Thread(body, "config-files");
        thread.setDaemon(true);
        return thread;
    }

    /** A change that has begun is brought to its end. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("A change of the configuration has not ended after {} s", CLOSE_PATIENCE.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
