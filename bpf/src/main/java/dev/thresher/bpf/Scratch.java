// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import jnr.ffi.Pointer;

/**
 * A thread's native memory for what one call reads. Memory of its own for each call would be freed by a finalizer: tens of
 * thousands of entries, or the tables of thousands of VIPs, pile up until the collector has seen them all twice.
 */
final class Scratch {
    private static final int LEAST_BYTES = 256;
    private static final ThreadLocal<Scratch> MINE = ThreadLocal.withInitial(Scratch::new);

    private Pointer memory = Native.allocate(LEAST_BYTES);
    private long bytes = LEAST_BYTES;

    private Scratch() {}

    /** A key and, at {@link #offsetAfter}, room for its value; until this thread's next call of this method. */
    static Pointer of(byte[] key, int valueBytes) {
        Pointer memory = MINE.get().atLeast(offsetAfter(key) + valueBytes);
        memory.put(0, key, 0, key.length);
        return memory;
    }

    /** Where the value begins: it is aligned for any type. */
    static long offsetAfter(byte[] key) {
        return (key.length + Long.BYTES - 1L) / Long.BYTES * Long.BYTES;
    }

    private Pointer atLeast(long wanted) {
        if (bytes < wanted) {
            memory = Native.allocate(wanted);
            bytes = wanted;
        }
        return memory;
    }
}
