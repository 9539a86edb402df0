// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;

/** The system calls that Java does not offer. */
@SuppressWarnings("MethodName") // named as in C
public interface Libc {
    /** The C library of this process. */
    Libc INSTANCE = LibraryLoader.create(Libc.class).load("c");

    /** From sched.h. */
    int CLONE_NEWNET = 0x40000000;

    /** See open(2). */
    int open(CharSequence path, int flags);

    /** See close(2). */
    int close(int fd);

    /** See setns(2). */
    int setns(int fd, int namespaceType);

    /** See geteuid(2). */
    int geteuid();

    /** See umount2(2). */
    int umount2(CharSequence target, int flags);

    /** The errno of this thread's last failed call. */
    static int lastError() {
        return LastError.getLastError(Runtime.getRuntime(INSTANCE));
    }
}
