// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import dev.thresher.config.Document;
import dev.thresher.config.InvalidConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The latest revisions, a file each, which is itself a configuration. Nothing of them is kept in memory. */
final class History {
    private static final Logger LOG = LoggerFactory.getLogger(History.class);

    /** Revisions that are kept. */
    static final int KEPT = 100;

    private static final Pattern NAME = Pattern.compile("(\\d{1,18})\\.conf");
    private static final Pattern WAITING = Pattern.compile("\\.(\\d{1,18})\\.conf\\.new");

    private final Path directory;
    private final Disk disk;

    History(Path directory, Disk disk) {
        this.directory = directory;
        this.disk = disk;
    }

    /** Gets a revision ready to be remembered. */
    Disk.Prepared prepare(Revision revision, Document document) throws IOException {
        return disk.prepare(file(revision.number()), RevisionFile.text(revision, document));
    }

    /** Forgets the oldest. */
    void prune() {
        NavigableSet<Long> numbers = numbers();
        while (numbers.size() > KEPT) {
            Path oldest = file(numbers.first());
            try {
                Files.deleteIfExists(oldest);
            } catch (IOException e) {
                LOG.warn("Cannot remove {}: {}", oldest, LocalDisk.reason(e));
            }
            numbers.pollFirst();
        }
    }

    /** The numbers of those that are remembered. */
    NavigableSet<Long> numbers() {
        return numbers(NAME);
    }

    /** What is remembered of one. */
    Optional<Revision> revision(long number) {
        try {
            return Optional.of(RevisionFile.header(file(number)));
        } catch (IOException e) {
            LOG.warn("Cannot read {}: {}", file(number), LocalDisk.reason(e));
            return Optional.empty();
        }
    }

    /**
     * The configuration of one.
     *
     * @throws IOException if it is not there, or cannot be read
     * @throws InvalidConfigException if it is none any more: a later version of the daemon may refuse what an earlier took
     */
    Document document(long number) throws IOException, InvalidConfigException {
        return Document.parse(text(number).hocon(), file(number).toString());
    }

    /**
     * The file of one if somebody has changed what it says.
     *
     * @throws IOException if it is not there, or cannot be read
     */
    Optional<Path> changedFile(long number) throws IOException {
        text(number);
        return RevisionFile.isIntact(file(number)) ? Optional.empty() : Optional.of(file(number));
    }

    /**
     * One as it is written down.
     *
     * @throws IOException if it is not there, or cannot be read
     */
    Past.Text text(long number) throws IOException {
        Path file = file(number);
        try {
            return RevisionFile.read(file);
        } catch (NoSuchFileException e) {
            throw new IOException("revision " + number + " is not remembered", e);
        } catch (IOException e) {
            throw new IOException("cannot read " + file + ": " + LocalDisk.reason(e), e);
        }
    }

    /**
     * Ends what a daemon that died had begun: the revision after the latest is remembered if it is in force.
     *
     * @param digest of what is in force; asked for only if something was begun
     */
    void recover(Supplier<String> digest) throws IOException {
        long latest = numbers().isEmpty() ? 0 : numbers().last();
        for (long number : numbers(WAITING)) {
            Path waiting = LocalDisk.waiting(file(number));
            if (number == latest + 1 && isOf(digest.get(), waiting)) {
                disk.prepare(file(number), Files.readString(waiting)).place();
                LOG.info("Revision {} had come into force when the daemon ended", number);
            } else {
                disk.clean(file(number));
            }
        }
    }

    private static boolean isOf(String digest, Path file) {
        try {
            return RevisionFile.digest(file).equals(digest);
        } catch (IOException e) {
            LOG.debug("{} is incomplete", file, e);
            return false;
        }
    }

    /** Whether the latest is a configuration of this digest. */
    boolean latestIs(String digest) {
        return !numbers().isEmpty() && isOf(digest, file(numbers().last()));
    }

    private Path file(long number) {
        return directory.resolve(number + ".conf");
    }

    private NavigableSet<Long> numbers(Pattern names) {
        List<String> found = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (Stream<Path> files = Files.list(directory)) {
                files.forEach(file -> found.add(String.valueOf(file.getFileName())));
            } catch (IOException e) {
                LOG.warn("Cannot read {}: {}", directory, LocalDisk.reason(e));
            }
        }
        NavigableSet<Long> numbers = new TreeSet<>();
        found.stream()
                .map(names::matcher)
                .filter(Matcher::matches)
                .forEach(name -> numbers.add(Long.parseLong(name.group(1))));
        return numbers;
    }
}
