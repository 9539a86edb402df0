// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import dev.thresher.bpf.BpfFs;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Where a lab keeps its files and pins. */
public record LabFiles(String lab) {
    static final Path ALL_LABS = Path.of("/run/thresher-lab");

    /** Checks the name, which becomes a part of paths. */
    public LabFiles {
        if (!lab.matches("[a-z][a-z0-9]{0,15}")) {
            throw new LabException("a lab is named by 1 to 16 lower-case letters and digits, not '" + lab + "'");
        }
    }

    /** Everything of the lab but its pins. */
    public Path directory() {
        return ALL_LABS.resolve(lab);
    }

    /** Written last: a lab without it is half-made. */
    Path complete() {
        return directory().resolve("complete");
    }

    /** The configuration of the daemon. */
    public Path config() {
        return directory().resolve("thresher.conf");
    }

    /** The socket of the daemon's API. */
    public Path socket() {
        return directory().resolve("daemon.sock");
    }

    /** What the daemon keeps. */
    Path state() {
        return directory().resolve("state");
    }

    /** What the daemon says. */
    public Path daemonLog() {
        return directory().resolve("daemon.log");
    }

    /** The files of one real server. */
    public Path of(Host host) {
        return directory().resolve(host.name());
    }

    /** The daemon's instance, which names its pins. */
    public String instance() {
        return "lab-" + lab;
    }

    /** The daemon's pins. */
    Path daemonPins() {
        return BpfFs.ROOT.resolve("thresher").resolve(instance());
    }

    /** The lab's own pins, apart from those of any daemon. */
    Path labPins() {
        return BpfFs.ROOT.resolve("thresher-lab").resolve(lab);
    }

    static void write(Path file, String content) {
        try {
            Files.createDirectories(file.resolveSibling("."));
            Files.writeString(file, content);
        } catch (IOException e) {
            throw new LabException("cannot write " + file + ": " + reason(e), e);
        }
    }

    static void makeDirectories(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new LabException("cannot make " + directory + ": " + reason(e), e);
        }
    }

    /** Removes a file or a directory with all that is in it; none there is fine. */
    static void removeTree(Path root) {
        try {
            Files.walkFileTree(root, new Remover());
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            throw new LabException("cannot remove " + root + ": " + reason(e), e);
        }
    }

    /** Removes a directory unless it has something in it, or is not there. */
    static void removeIfEmpty(Path directory) {
        // File.delete says no where Files.delete would throw.
        directory.toFile().delete();
    }

    private static String reason(IOException e) {
        return e.getClass().getSimpleName() + " " + e.getMessage();
    }

    private static final class Remover extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw e;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
            if (e != null) {
                throw e;
            }
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
        }
    }
}
