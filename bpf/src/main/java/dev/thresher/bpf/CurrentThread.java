// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import java.nio.file.Path;
import jnr.ffi.Pointer;

/** Where the calling thread runs. Nothing changes it back: call from a thread that ends with its task. */
public final class CurrentThread {
    private static final int O_RDONLY_CLOEXEC = 02000000;
    private static final int CLONE_NEWNET = 0x40000000;
    private static final int MASK_BYTES = 128;

    private CurrentThread() {}

    /** Keeps the thread on one CPU. */
    public static void pinTo(int cpu) {
        Pointer mask = Native.allocate(MASK_BYTES);
        mask.putByte(cpu / Byte.SIZE, (byte) (1 << cpu % Byte.SIZE));
        if (Native.C.sched_setaffinity(0, MASK_BYTES, mask) != 0) {
            throw new BpfException("sched_setaffinity(CPU " + cpu + ")", Native.errno());
        }
    }

    /** Moves the thread, and it alone, into a network namespace such as {@code /run/netns/NAME}. */
    public static void enterNetwork(Path namespace) {
        int fd = Native.C.open(namespace.toString(), O_RDONLY_CLOEXEC);
        if (fd < 0) {
            throw new BpfException("open(" + namespace + ")", Native.errno());
        }
        int result = Native.C.setns(fd, CLONE_NEWNET);
        int errno = Native.errno();
        Native.C.close(fd);
        if (result != 0) {
            throw new BpfException("setns(" + namespace + ")", errno);
        }
    }
}
