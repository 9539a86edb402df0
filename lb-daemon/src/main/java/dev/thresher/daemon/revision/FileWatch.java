// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Tells when files have changed. It looks at them from time to time: unlike the kernel's notices that works for files that are
 * missing, replaced by renaming, reached by symbolic links that move, or on a network file system. For one thread.
 */
public final class FileWatch {
    private static final String ABSENT = "absent";

    private final Predicate<Path> counts;

    private Collection<Path> paths = List.of();

    /** What each path was when its content was read, and at the last look. */
    private Map<Path, String> read = new TreeMap<>();

    private Map<Path, String> lastLook = Map.of();

    /** Of files, not folders. */
    public FileWatch() {
        this(file -> true);
    }

    /** @param counts which files of a folder are to be watched: others may change as they like */
    public FileWatch(Predicate<Path> counts) {
        this.counts = counts;
    }

    /** To be called before the files are read: what they are now is what is read, or older. */
    public void beforeReading() {
        read = look();
    }

    /**
     * Says what was read then, which is to be watched from now on. A folder stands for the files in it that count.
     *
     * @return whether all of it was known before it was read. If not, it may have changed since: read it again
     */
    public boolean afterReading(Collection<Path> filesAndFolders) {
        boolean known = paths.containsAll(filesAndFolders);
        paths = List.copyOf(filesAndFolders);
        read.keySet().retainAll(paths);
        lastLook = read;
        return known;
    }

    /** Looks. Answers whether something differs from what was read, and did so at the last look already: who edits is done. */
    public boolean hasSettledChange() {
        Map<Path, String> now = look();
        boolean settled = now.equals(lastLook);
        lastLook = now;
        return settled && !now.equals(read);
    }

    private Map<Path, String> look() {
        Map<Path, String> marks = new TreeMap<>();
        paths.forEach(path -> marks.put(path, markOf(path)));
        return marks;
    }

    private String markOf(Path path) {
        try {
            if (Files.isDirectory(path)) {
                try (Stream<Path> files = Files.list(path)) {
                    return files.filter(counts)
                            .map(file -> file.getFileName() + " " + markOfFile(file))
                            .sorted()
                            .toList()
                            .toString();
                }
            }
            return markOfFile(path);
        } catch (IOException e) {
            return ABSENT;
        }
    }

    private static String markOfFile(Path file) {
        try {
            return Files.readAttributes(file, "unix:ino,dev,size,lastModifiedTime,ctime")
                    .toString();
        } catch (IOException e) {
            return ABSENT;
        }
    }
}
