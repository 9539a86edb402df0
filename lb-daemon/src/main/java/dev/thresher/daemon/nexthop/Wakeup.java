// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import static dev.thresher.daemon.nexthop.NativeSockets.C;

import java.nio.ByteBuffer;
import jnr.constants.platform.Errno;

/** Lets a thread wait for a file descriptor, for time to pass, or for another thread's signal (man 2 eventfd). */
final class Wakeup implements AutoCloseable {
    /** In place of a descriptor: wait for none. poll ignores negative ones. */
    static final int NO_DESCRIPTOR = -1;

    private static final int EFD_CLOEXEC = 0x80000;
    private static final int EFD_NONBLOCK = 0x800;
    private static final short POLLIN = 1;
    // struct pollfd: fd, events, returned events
    private static final int POLLFD_LENGTH = 8;
    private static final int EVENTS = 4;
    private static final int RETURNED = 6;

    private final int fd;
    private final ByteBuffer counter = NativeSockets.allocate(Long.BYTES);
    private final ByteBuffer descriptors = NativeSockets.allocate(2 * POLLFD_LENGTH);
    private boolean closed;

    private Wakeup(int fd) {
        this.fd = fd;
    }

    static Wakeup open() throws NetlinkException {
        return new Wakeup(NativeSockets.check(C.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd"));
    }

    /** Ends the wait in progress, or else the next one. From any thread; nothing after {@link #close}. */
    synchronized void signal() {
        if (!closed) {
            C.write(fd, NativeSockets.allocate(Long.BYTES).putLong(0, 1), Long.BYTES);
        }
    }

    /**
     * Waits.
     *
     * @param timeoutMillis the longest wait; -1 for no limit
     * @return whether the descriptor has something to read, or an error to fetch
     */
    boolean await(int descriptor, int timeoutMillis) throws NetlinkException {
        watch(0, fd);
        watch(POLLFD_LENGTH, descriptor);
        int ready = C.poll(descriptors, 2, timeoutMillis);
        if (ready < 0) {
            if (NativeSockets.failedWith(Errno.EINTR)) {
                return false;
            }
            throw new NetlinkException("poll", NativeSockets.errno());
        }
        if (descriptors.getShort(RETURNED) != 0) {
            C.read(fd, counter, Long.BYTES);
        }
        return descriptors.getShort(POLLFD_LENGTH + RETURNED) != 0;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            C.close(fd);
        }
    }

    private void watch(int at, int descriptor) {
        descriptors.putInt(at, descriptor).putShort(at + EVENTS, POLLIN).putShort(at + RETURNED, (short) 0);
    }
}
