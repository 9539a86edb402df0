// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import java.nio.ByteBuffer;

/** An array map's memory, shared with the kernel. After {@link #close} the buffer must not be touched. */
public final class MappedArray implements AutoCloseable {
    private final long address;
    private final int length;

    MappedArray(long address, int length) {
        this.address = address;
        this.length = length;
    }

    /** The values, one after the other, in the machine's byte order. */
    public ByteBuffer buffer() {
        return Native.view(address, length);
    }

    @Override
    public void close() {
        Native.C.munmap(address, length);
    }
}
