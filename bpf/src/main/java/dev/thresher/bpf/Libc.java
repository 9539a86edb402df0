// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import jnr.ffi.Pointer;
import jnr.ffi.types.off_t;
import jnr.ffi.types.size_t;
import org.jspecify.annotations.Nullable;

/** The few C library calls that the JDK has no counterpart for. Public because jnr-ffi asks for it. */
public interface Libc {
    int if_nametoindex(String name);

    @Nullable
    Pointer if_indextoname(int index, Pointer buffer);

    int open(String path, int flags);

    int flock(int fd, int operation);

    int close(int fd);

    int mount(String source, String target, String type, long flags, @Nullable Pointer data);

    int statfs(String path, Pointer buffer);

    long mmap(@Nullable Pointer address, @size_t long length, int protection, int flags, int fd, @off_t long offset);

    int munmap(long address, @size_t long length);

    int setns(int fd, int type);

    int sched_setaffinity(int pid, @size_t long size, Pointer mask);

    int vsnprintf(Pointer buffer, @size_t long size, Pointer format, Pointer arguments);
}
