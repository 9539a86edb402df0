// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import jnr.ffi.Pointer;

/** The BPF file system, where links and maps outlive the process. */
public final class BpfFs {
    /** Where it is by convention. */
    public static final Path ROOT = Path.of("/sys/fs/bpf");

    private static final long MAGIC = 0xcafe4a11L;
    private static final int STATFS_BYTES = 256;

    private BpfFs() {}

    /** Mounts it if it is missing; answers whether that was necessary. */
    public static boolean ensureMounted() throws IOException {
        Pointer buffer = Native.allocate(STATFS_BYTES);
        if (Native.C.statfs(ROOT.toString(), buffer) == 0 && buffer.getLong(0) == MAGIC) {
            return false;
        }
        if (!Files.isDirectory(ROOT)) {
            throw new IOException(ROOT + " does not exist: mount sysfs on /sys first");
        }
        if (Native.C.mount("bpf", ROOT.toString(), "bpf", 0, null) != 0) {
            throw new BpfException("mount bpffs on " + ROOT, Native.errno());
        }
        return true;
    }
}
