// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What an instance pins in {@code /sys/fs/bpf/thresher/<instance>/}: the link. It holds the program, and that its maps, so
 * that one name stands for all of them, and what it stands for changes in one step. Two more names are there for moments.
 */
public record InstancePins(String instance) {
    private static final Path ALL = BpfFs.ROOT.resolve("thresher");
    private static final String LINK = "link";

    /** A name becomes part of a path, and must not lead out of it. */
    public InstancePins {
        if (instance.isEmpty() || instance.startsWith(".") || instance.indexOf('/') >= 0) {
            throw new IllegalArgumentException("\"" + instance + "\" does not name an instance");
        }
    }

    public Path directory() {
        return ALL.resolve(instance);
    }

    public Path link() {
        return directory().resolve(LINK);
    }

    /** A link to another interface, which is about to take the other's place. */
    public Path nextLink() {
        return directory().resolve("next-link");
    }

    /** The program before the one at work, until all that it wrote to its maps is in the other's. */
    public Path before() {
        return directory().resolve("before");
    }

    public boolean exist() {
        return Files.isDirectory(directory());
    }

    /** Takes the program off its interface and removes every pin; answers whether there were any. */
    public boolean detach() {
        if (!exist()) {
            return false;
        }
        XdpLink.openPinned(link()).ifPresent(link -> {
            try (link) {
                link.detach(link());
            }
        });
        remove();
        return true;
    }

    /** Removes the pins without touching the attachment: what nobody else holds, the kernel frees. */
    public void remove() {
        try {
            List<Path> pins = new ArrayList<>(list(directory()));
            pins.add(directory());
            removeAll(pins);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove the pins in " + directory(), e);
        }
    }

    /** Removes all but the link. */
    public void removeOthers() throws IOException {
        removeAll(list(directory()).stream().filter(pin -> !pin.equals(link())).toList());
    }

    /** What cannot be removed keeps nothing else from it. */
    private static void removeAll(List<Path> pins) throws IOException {
        IOException failure = null;
        for (Path pin : pins) {
            try {
                Files.deleteIfExists(pin);
            } catch (IOException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** The instance whose pinned link runs a program, by the kernel's id of that. */
    public static Optional<String> holderOf(int programId) {
        try {
            return list(ALL).stream()
                    .filter(directory -> runs(directory.resolve(LINK), programId))
                    .map(directory -> directory.getFileName().toString())
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the pins in " + ALL, e);
        }
    }

    private static boolean runs(Path pin, int programId) {
        return XdpLink.openPinned(pin)
                .map(link -> {
                    try (link) {
                        return link.programId() == programId;
                    }
                })
                .orElse(false);
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }
}
