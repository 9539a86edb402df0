// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import dev.thresher.config.Config;
import dev.thresher.config.ConfigError;
import dev.thresher.config.Document;
import dev.thresher.config.InvalidConfigException;
import dev.thresher.daemon.control.ActivationException;
import dev.thresher.daemon.state.ConfigState;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configurations that were in force, one after the other. A change makes the next one as a whole, or is refused and
 * changes nothing. Thread-safe; one change at a time.
 */
public final class Revisions {
    private static final Logger LOG = LoggerFactory.getLogger(Revisions.class);

    private final Path file;
    private final Activation activation;
    private final InstantSource clock;

    private Document current;
    private List<Path> files;
    private volatile ConfigState state;

    /** Brings a configuration into force. */
    @FunctionalInterface
    public interface Activation {
        /** Returns once it is in force; throws if the one before it still is. */
        void activate(Config config) throws ActivationException;
    }

    /**
     * Begins with a document that is in force already.
     *
     * @param file that it was read from, and is to be read from again
     */
    public Revisions(Path file, Document start, Activation activation, InstantSource clock) {
        this.file = file;
        this.activation = activation;
        this.clock = clock;
        this.current = start;
        this.files = start.files();
        this.state = new ConfigState(1, clock.instant(), List.of());
    }

    /** What is in force, and what is wrong with the files. */
    public ConfigState state() {
        return state;
    }

    /** The files that the last reading looked at: a change of one of them is a reason to {@link #reload}. */
    public synchronized List<Path> files() {
        return files;
    }

    /** Reads the files again, and brings what they say into force. What is wrong with them is logged and kept. */
    public synchronized void reload() {
        Document next;
        try {
            next = Document.load(file);
        } catch (InvalidConfigException e) {
            files = e.files();
            refuse(e.errors());
            return;
        }
        files = next.files();
        List<ConfigError> fixed = FixedSettings.differences(current.config(), next.config()).stream()
                .map(key -> next.errorAt(
                        key, "this setting holds for as long as the daemon runs: a change of it needs a restart"))
                .toList();
        if (!fixed.isEmpty()) {
            refuse(fixed);
            return;
        }
        if (next.config().equals(current.config())) {
            LOG.debug("{} says what is in force", file);
            state = new ConfigState(state.revision(), state.since(), List.of());
            return;
        }
        try {
            activation.activate(next.config());
        } catch (ActivationException | RuntimeException e) {
            LOG.debug("The change could not be made", e);
            refuse(List.of(new ConfigError(file.toString(), 0, "", null, String.valueOf(e.getMessage()))));
            return;
        }
        current = next;
        state = new ConfigState(state.revision() + 1, clock.instant(), List.of());
        LOG.info("Revision {} is in force, from {}", state.revision(), file);
    }

    private void refuse(List<ConfigError> problems) {
        problems.forEach(problem -> LOG.error("{}", problem));
        LOG.error("{} does not count until that is mended; revision {} stays in force", file, state.revision());
        state = new ConfigState(state.revision(), state.since(), problems);
    }
}
