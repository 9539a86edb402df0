// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import dev.thresher.config.Config;
import dev.thresher.daemon.control.ActivationException;
import dev.thresher.daemon.control.Forecast;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** A disk, and a data plane beside it, in whose every step the process can die. */
final class CrashingDisk implements Disk {
    private final Disk disk = new LocalDisk();
    private Runnable crash = () -> {};
    private int stepsLeft = -1;
    private boolean dead;

    /**
     * Begins to count.
     *
     * @param action what is done at the first step after {@code steps}; it does not return
     */
    void crashAfter(int steps, Runnable action) {
        stepsLeft = steps;
        crash = action;
    }

    private void step() {
        if (stepsLeft-- == 0) {
            dead = true;
            crash.run();
        }
    }

    @Override
    public Prepared prepare(Path file, String text) throws IOException {
        step();
        if (stepsLeft == 0) {
            // In the middle of writing.
            Path waiting = LocalDisk.waiting(file);
            Files.createDirectories(Objects.requireNonNull(waiting.getParent()));
            Files.writeString(waiting, text.substring(0, text.length() / 2));
        }
        step();
        Prepared prepared = disk.prepare(file, text);
        step();
        return new Prepared() {
            @Override
            public void place() throws IOException {
                step();
                prepared.place();
                step();
            }

            @Override
            public void drop() {
                if (!dead) {
                    prepared.drop();
                }
            }
        };
    }

    @Override
    public void clean(Path file) throws IOException {
        disk.clean(file);
    }

    /** That data plane. */
    Activation activation(Activation other) {
        return new Activation() {
            @Override
            public void activate(Config config) throws ActivationException {
                step();
                other.activate(config);
                step();
            }

            @Override
            public Forecast forecast(Config config) {
                return other.forecast(config);
            }
        };
    }
}
