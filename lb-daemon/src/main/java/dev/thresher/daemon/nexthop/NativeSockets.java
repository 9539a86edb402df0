// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jnr.constants.platform.Errno;
import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;

/** The loaded C library, and its errno. */
final class NativeSockets {
    static final SocketCalls C = LibraryLoader.create(SocketCalls.class).load("libc.so.6");
    private static final Runtime RUNTIME = Runtime.getRuntime(C);

    private NativeSockets() {}

    /** Of the last call of this thread. */
    static int errno() {
        return LastError.getLastError(RUNTIME);
    }

    static boolean failedWith(Errno errno) {
        return errno() == errno.intValue();
    }

    /** Returns the result of a call, or throws what errno says. */
    static int check(int result, String operation) throws NetlinkException {
        if (result < 0) {
            throw new NetlinkException(operation, errno());
        }
        return result;
    }

    static ByteBuffer allocate(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }
}
