// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/** The C library, loaded when the first raw socket or command needs it: most configurations do without. */
final class NativeCalls {
    private static final int SIGKILL = 9;

    private NativeCalls() {}

    /** What we call of it. */
    public interface Libc {
        int socket(int family, int type, int protocol);

        int setsockopt(int descriptor, int level, int name, Pointer value, int length);

        int close(int descriptor);

        int kill(int pid, int signal);
    }

    private static final class Loaded {
        static final Libc LIBC = LibraryLoader.create(Libc.class).load("libc.so.6");
        static final Runtime RUNTIME = Runtime.getRuntime(LIBC);
    }

    static Libc libc() {
        return Loaded.LIBC;
    }

    static Runtime runtime() {
        return Loaded.RUNTIME;
    }

    /** Kills all processes of a group; those that have ended already are no error. */
    static void killGroup(long group) {
        libc().kill((int) -group, SIGKILL);
    }
}
