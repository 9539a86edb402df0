// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import dev.thresher.config.ConfigError;
import dev.thresher.config.Document;
import dev.thresher.config.InvalidConfigException;
import dev.thresher.config.change.StandingChange;
import dev.thresher.daemon.control.ActivationException;
import dev.thresher.daemon.state.ConfigState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configurations that were in force, one after the other. A change, of the files or by a call, makes the next one as a
 * whole, or is refused and changes nothing. Thread-safe; one change at a time.
 */
public final class Revisions {
    private static final Logger LOG = LoggerFactory.getLogger(Revisions.class);

    private final Path file;
    private final Activation activation;
    private final InstantSource clock;
    private final Storage storage;
    private final Proposal proposal;
    private final Planner planner;

    /** Read at any time, written under the lock. */
    private volatile Current current;

    private List<Path> files;
    private List<ConfigError> problems = List.of();
    private @Nullable Instant problemsSince;
    private volatile ConfigState state;

    /** A revision, and what was wanted to make it. */
    private record Current(Revision revision, Intent intent) {
        Current with(Intent other) {
            return new Current(revision, other);
        }

        void require(long expected) throws RefusedException {
            if (expected != 0 && expected != revision.number()) {
                throw RefusedException.wrongRevision(expected, revision.number());
            }
        }
    }

    private Revisions(Path file, Intent start, Storage storage, Activation activation, InstantSource clock) {
        this.file = file;
        this.activation = activation;
        this.clock = clock;
        this.storage = storage;
        this.proposal = new Proposal(storage.history());
        this.planner = new Planner(activation);
        this.files = start.files().files();
        storage.begin(start);
        Revision revision = new Beginning(storage.history()).revision(start, now());
        this.current = new Current(revision, start);
        if (!storage.history().numbers().contains(revision.number())) {
            storage.remember(revision, start);
        }
        this.state = describe();
    }

    /**
     * Begins with what is in force already.
     *
     * @param file the configuration file, which is to be read again
     */
    public static Revisions begin(Path file, Intent start, Activation activation, InstantSource clock) {
        return begin(file, start, new LocalDisk(), activation, clock);
    }

    static Revisions begin(Path file, Intent start, Disk disk, Activation activation, InstantSource clock) {
        Storage storage = new Storage(StateFolder.of(start.files().config()), disk);
        return new Revisions(file, start, storage, activation, clock);
    }

    /** What is in force, and what is wrong with the files. */
    public ConfigState state() {
        return state;
    }

    /** The files that the last reading looked at: a change of one of them is a reason to {@link #reload}. */
    public synchronized List<Path> files() {
        return files;
    }

    /** Do the files read as they did last? Then a {@link #reload} would change nothing; but it also finds new files. */
    public boolean filesSayTheSame() {
        return current.intent().files().isStillWritten();
    }

    /** The file of the runtime changes. */
    public Path runtimeFile() {
        return storage.runtimeFile();
    }

    /** What was changed by calls and stands beside the files. */
    public List<StandingChange> runtime() {
        return current.intent().standing();
    }

    /** The revisions that are remembered. */
    public Past past() {
        return new Past(storage.history(), () -> {
            Current now = current;
            return new Past.Present(now.revision(), now.intent().document());
        });
    }

    /**
     * What a change would do. Changes nothing.
     *
     * @param expected the revision that must be in force, or 0 for any
     */
    public Outcome plan(Change change, long expected) throws RefusedException {
        Planned planned = planned(change, expected);
        return new Outcome(planned.difference(), planned.now().revision().number());
    }

    /**
     * Makes a change. Once this returns it is in force, and would be so after a crash.
     *
     * @param expected the revision that must be in force, or 0 for any
     */
    @SuppressWarnings("ReferenceEquality") // equal or not, another object is another's work
    public Outcome apply(Change change, long expected, Author author) throws RefusedException {
        // Before the lock: to foresee where flows go means to build tables, and nobody ought to wait for that.
        Planned planned = planned(change, expected);
        synchronized (this) {
            return make(planned.now() == current ? planned : planned(change, expected), change, author);
        }
    }

    /** A change, looked at from what was in force at some moment. */
    private record Planned(Current now, Intent next, Difference difference) {}

    private Planned planned(Change change, long expected) throws RefusedException {
        Current now = current;
        now.require(expected);
        Intent next = proposal.next(now.intent(), change);
        return new Planned(now, next, planner.difference(now.intent(), next, change));
    }

    private Outcome make(Planned planned, Change change, Author author) throws RefusedException {
        Current now = planned.now();
        Intent next = planned.next();
        Difference difference = planned.difference();
        try {
            if (!difference.elements().isEmpty()) {
                Revision made = next(author, change.how(), difference.names());
                storage.change(now.intent(), next, made, activation);
                current = new Current(made, next);
                LOG.info("Revision {} is in force, by {}: {}", made.number(), made.who(), made.how());
            } else if (change instanceof Change.Discard) {
                storage.keep(next);
                current = now.with(next);
            }
        } catch (IOException e) {
            throw RefusedException.impossible(
                    e.getMessage() + "; a change by call has to survive a crash, so it was not made", e);
        } catch (ActivationException | RuntimeException e) {
            throw RefusedException.impossible(String.valueOf(e.getMessage()), e);
        } finally {
            state = describe();
        }
        return new Outcome(difference, current.revision().number());
    }

    /**
     * Writes the runtime changes that are in force into the files, and forgets them. What is in force stays, and is the same
     * revision. Those that are not in force stay what they are.
     *
     * @param expected the revision that must be in force, or 0 for any
     */
    public synchronized Committed commit(long expected, Author author) throws RefusedException {
        Current now = current;
        now.require(expected);
        if (!problems.isEmpty()) {
            throw RefusedException.impossible("the configuration files are to be mended first: " + problems.get(0));
        }
        List<Path> written = List.of();
        if (now.intent().standing().stream().anyMatch(StandingChange::inForce)) {
            FileCommit commit = FileCommit.of(file, now.intent());
            try {
                storage.commit(now.intent(), commit);
            } catch (IOException e) {
                throw RefusedException.impossible(
                        e.getMessage() + "; the runtime changes stay beside the files, which are as they were", e);
            } finally {
                state = describe();
            }
            written = commit.replacements().stream().map(Replacement::file).toList();
            current = now.with(commit.after());
            files = commit.after().files().files();
            LOG.info("{} has written the runtime changes into {}", author.who(), written);
        }
        state = describe();
        return new Committed(written, now.revision().number());
    }

    /** Reads the files again, and brings what they say into force. What is wrong with them is logged and kept. */
    public synchronized void reload() {
        try {
            readAgain();
        } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
            LOG.error("The configuration could not be read", e);
            refuse(List.of(new ConfigError(file.toString(), 0, "", null, "cannot be read: " + e)));
        }
    }

    private void readAgain() {
        Intent before = current.intent();
        Intent next;
        try {
            Document read = Document.load(file);
            files = read.files();
            next = before.withFiles(read);
        } catch (InvalidConfigException e) {
            files = e.files();
            refuse(e.errors());
            return;
        }
        List<ConfigError> fixed = Proposal.fixed(before, next);
        if (!fixed.isEmpty()) {
            refuse(fixed);
            return;
        }
        List<String> names = new ArrayList<>();
        before.to(next).list().forEach(change -> names.add(change.element().name()));
        if (names.isEmpty()) {
            LOG.debug("{} says what is in force", file);
        } else if (!activate(next)) {
            return;
        }
        current = current.with(next);
        if (!next.changes().equals(before.changes())) {
            keepRuntime();
        }
        if (!names.isEmpty()) {
            current = new Current(next(Author.FILES, "the files changed", names), next);
            storage.remember(current.revision(), next);
            LOG.info("Revision {} is in force, from {}", current.revision().number(), file);
        }
        problems = List.of();
        problemsSince = null;
        state = describe();
    }

    private boolean activate(Intent next) {
        try {
            activation.activate(next.config());
            return true;
        } catch (ActivationException | RuntimeException e) {
            LOG.debug("The change could not be made", e);
            refuse(List.of(new ConfigError(file.toString(), 0, "", null, String.valueOf(e.getMessage()))));
            return false;
        }
    }

    /** What the files say by now need not be kept, and does no harm if it is. */
    private void keepRuntime() {
        try {
            storage.keep(current.intent());
        } catch (IOException e) {
            LOG.warn("Runtime changes that the files say by now are still in {}: {}", runtimeFile(), e.getMessage());
        }
    }

    private void refuse(List<ConfigError> errors) {
        errors.forEach(problem -> LOG.error("{}", problem));
        LOG.error(
                "{} does not count until that is mended; revision {} stays in force",
                file,
                current.revision().number());
        problems = errors;
        problemsSince = problemsSince == null ? now() : problemsSince;
        state = describe();
    }

    private Revision next(Author author, String how, List<String> elements) {
        return new Revision(current.revision().number() + 1, now(), author.who(), how, author.comment(), elements);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private ConfigState describe() {
        Current now = current;
        List<String> warnings = new ArrayList<>(now.intent().disagreements());
        storage.failure()
                .ifPresent(failure ->
                        warnings.add(failure + "; changes by calls are refused as long as they could not be kept"));
        return new ConfigState(now.revision().number(), now.revision().at(), problemsSince, problems, warnings);
    }
}
