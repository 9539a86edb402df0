// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import dev.thresher.bpf.BpfException;
import dev.thresher.bpf.BpfFs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Mounts that the first lab brings to a machine and the last one takes away: bpffs, and the mount on /run/netns that
 * {@code ip netns} makes. One that was there before any lab stays.
 */
final class SystemMounts {
    private static final String LOCK = "mounts";
    private static final Path OUR_BPFFS = LabFiles.ALL_LABS.resolve("mounted-bpffs");
    private static final Path OUR_NETNS = LabFiles.ALL_LABS.resolve("mounted-netns");
    private static final Path NETNS = Path.of("/run/netns");
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private SystemMounts() {}

    static void prepare() {
        LabLock lock = LabLock.take(LabFiles.ALL_LABS, LOCK, PATIENCE, "the lab's bookkeeping");
        try (lock) {
            if (!isMounted(NETNS)) {
                LabFiles.write(OUR_NETNS, "");
            }
            if (mountBpffs()) {
                LabFiles.write(OUR_BPFFS, "");
            }
        }
    }

    private static boolean mountBpffs() {
        try {
            return BpfFs.ensureMounted();
        } catch (IOException | BpfException e) {
            throw new LabException(e.getMessage() + "; in a container, the lab takes --privileged", e);
        }
    }

    /** To be called when a lab is gone; does nothing while another is there. */
    static void restore() {
        LabLock lock = LabLock.take(LabFiles.ALL_LABS, LOCK, PATIENCE, "the lab's bookkeeping");
        try (lock) {
            if (!otherLabs()) {
                LabFiles.removeIfEmpty(BpfFs.ROOT.resolve("thresher-lab"));
                LabFiles.removeIfEmpty(BpfFs.ROOT.resolve("thresher"));
                giveBack(OUR_BPFFS, BpfFs.ROOT);
                giveBack(OUR_NETNS, NETNS);
            }
        }
    }

    private static boolean otherLabs() {
        return !Namespace.startingWith("thr-").isEmpty();
    }

    private static void giveBack(Path mark, Path mount) {
        if (!Files.exists(mark)) {
            return;
        }
        // Somebody else may have come to use the mount: then it is no longer ours to remove.
        if (isMounted(mount) && inUse(mount)) {
            return;
        }
        while (isMounted(mount) && Libc.INSTANCE.umount2(mount.toString(), 0) == 0) {
            if (mount.equals(NETNS)) {
                LabFiles.removeIfEmpty(mount);
            }
        }
        LabFiles.removeTree(mark);
    }

    private static boolean inUse(Path mount) {
        try (var entries = Files.list(mount)) {
            // maps.debug and progs.debug are the kernel's own.
            return entries.anyMatch(entry -> !entry.toString().endsWith(".debug"));
        } catch (IOException e) {
            throw new LabException("cannot list " + mount + ": " + e.getMessage(), e);
        }
    }

    private static boolean isMounted(Path directory) {
        try (var lines = Files.lines(Path.of("/proc/self/mountinfo"))) {
            return lines.anyMatch(line -> line.matches("(\\S+ ){4}" + directory + " .*"));
        } catch (IOException e) {
            throw new LabException("cannot read /proc/self/mountinfo: " + e.getMessage(), e);
        }
    }
}
