// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import dev.thresher.config.change.RuntimeFile;
import dev.thresher.daemon.control.ActivationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what is wanted into force and onto the disk, both or neither. The one moment that counts is when the file of the
 * runtime changes gets its place: a daemon that dies before it starts again with the old state, one that dies after it with
 * the new one. For one thread at a time.
 */
final class Storage {
    private static final Logger LOG = LoggerFactory.getLogger(Storage.class);

    private final StateFolder folder;
    private final Disk disk;
    private final History history;

    /** What the file of the runtime changes has, as far as the daemon knows; null if there is none. */
    private @Nullable String runtimeText;

    private volatile @Nullable String failure;

    Storage(StateFolder folder, Disk disk) {
        this.folder = folder;
        this.disk = disk;
        this.history = new History(folder.historyFolder(), disk);
    }

    History history() {
        return history;
    }

    /** The file of the runtime changes. */
    Path runtimeFile() {
        return folder.runtimeFile();
    }

    /** Why nothing can be kept, if so. */
    Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    /**
     * Ends or removes what an earlier daemon had begun, and finds out whether the disk takes anything.
     *
     * @param intent what is in force
     */
    void begin(Intent intent) {
        try {
            runtimeText = readRuntime();
            disk.prepare(folder.trial(), "").drop();
            disk.clean(folder.runtimeFile());
            for (Path file : intent.files().files()) {
                disk.clean(file);
            }
            history.recover(() -> RevisionFile.digest(intent.document()));
            failure = null;
        } catch (IOException e) {
            failed(e);
        }
    }

    /**
     * Makes a change that a crash does not undo.
     *
     * @throws IOException if it cannot be kept; then it is not in force either
     * @throws ActivationException if it cannot be brought into force; then it is not kept
     */
    void change(Intent before, Intent after, Revision revision, Activation activation)
            throws IOException, ActivationException {
        Disk.Prepared runtime = prepareRuntime(after);
        try {
            Disk.Prepared remembered = prepare(revision, after);
            try {
                activation.activate(after.config());
                place(runtime, before, activation);
                runtimeText = RuntimeFile.text(after.changes());
                place(remembered);
            } finally {
                remembered.drop();
            }
        } finally {
            runtime.drop();
        }
    }

    /** Keeps runtime changes of which none changes what is in force. */
    void keep(Intent intent) throws IOException {
        Disk.Prepared runtime = prepareRuntime(intent);
        try {
            runtime.place();
            runtimeText = RuntimeFile.text(intent.changes());
        } catch (IOException e) {
            throw failed(e);
        } finally {
            runtime.drop();
        }
    }

    /**
     * Has the configuration files say what runtime changes did, and forgets these: all of it or nothing. A crash on the way
     * does no harm, for what is in the files already is redundant beside the runtime changes, which go last.
     *
     * @throws IOException if the files cannot be written
     * @throws RefusedException if somebody else has edited them meanwhile
     */
    void commit(Intent before, FileCommit commit) throws IOException, RefusedException {
        Replacing files = new Replacing(disk, commit.replacements());
        Disk.Prepared runtime = prepareRuntime(commit.after());
        try {
            files.prepare();
            files.place();
            place(runtime, before);
            runtimeText = RuntimeFile.text(commit.after().changes());
        } catch (IOException | RefusedException e) {
            files.putBack(e);
            throw e;
        } finally {
            files.drop();
            runtime.drop();
        }
    }

    /** Remembers what is in force already. If it cannot, the revision is there all the same. */
    void remember(Revision revision, Intent intent) {
        try {
            Disk.Prepared remembered = prepare(revision, intent);
            place(remembered);
            remembered.drop();
        } catch (IOException e) {
            LOG.warn("Revision {} will not be remembered: {}", revision.number(), e.getMessage());
        }
    }

    private Disk.Prepared prepareRuntime(Intent intent) throws IOException {
        return prepare(() -> {
            requireUnedited();
            return disk.prepare(folder.runtimeFile(), RuntimeFile.text(intent.changes()));
        });
    }

    /** Whoever edits that file by hand means something by it; it would be lost. */
    private void requireUnedited() throws IOException {
        String found = readRuntime();
        if (found != null && !found.equals(runtimeText)) {
            throw new IOException(
                    folder.runtimeFile() + " was edited while the daemon runs, which reads it at its start only:"
                            + " restart the daemon to have the edit count, or remove the file to have it written anew");
        }
    }

    private @Nullable String readRuntime() throws IOException {
        try {
            return Files.readString(folder.runtimeFile());
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private Disk.Prepared prepare(Revision revision, Intent intent) throws IOException {
        return prepare(() -> history.prepare(revision, intent.document()));
    }

    private interface Preparation {
        Disk.Prepared get() throws IOException;
    }

    private Disk.Prepared prepare(Preparation preparation) throws IOException {
        try {
            Disk.Prepared prepared = preparation.get();
            failure = null;
            return prepared;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private void place(Disk.Prepared runtime, Intent before, Activation activation) throws IOException {
        try {
            place(runtime, before);
        } catch (IOException e) {
            undo(before, activation, e);
            throw e;
        }
    }

    private void place(Disk.Prepared runtime, Intent before) throws IOException {
        try {
            runtime.place();
        } catch (IOException e) {
            putBack(before, e);
            throw failed(e);
        }
    }

    /** The file may have its place already, and only the flush have failed. */
    private void putBack(Intent before, IOException cause) {
        try {
            disk.prepare(folder.runtimeFile(), RuntimeFile.text(before.changes()))
                    .place();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
        try {
            runtimeText = readRuntime();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /** The revision is in force and kept, whatever happens to its place in the history. */
    private void place(Disk.Prepared remembered) {
        try {
            remembered.place();
            history.prune();
        } catch (IOException e) {
            LOG.warn(
                    "The revision in force will not be remembered: {}",
                    failed(e).getMessage());
        }
    }

    private void undo(Intent before, Activation activation, IOException cause) {
        try {
            activation.activate(before.config());
        } catch (ActivationException | RuntimeException e) {
            LOG.error(
                    "A change that could not be kept could not be taken back either: it is in force until the next one",
                    e);
            cause.addSuppressed(e);
        }
    }

    private IOException failed(IOException e) {
        failure = String.valueOf(e.getMessage());
        return e;
    }
}
