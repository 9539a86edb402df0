// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import java.nio.ByteBuffer;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;

/** The C library's sockets, for the families that the JDK does not know. Public because jnr-ffi asks for it. */
public interface SocketCalls {
    int socket(int family, int type, int protocol);

    int bind(int fd, @In ByteBuffer address, int length);

    @ssize_t
    long send(int fd, @In ByteBuffer message, @size_t long length, int flags);

    @ssize_t
    long recv(int fd, @Out ByteBuffer buffer, @size_t long length, int flags);

    int eventfd(int value, int flags);

    @ssize_t
    long write(int fd, @In ByteBuffer bytes, @size_t long length);

    @ssize_t
    long read(int fd, @Out ByteBuffer bytes, @size_t long length);

    int poll(@In @Out ByteBuffer descriptors, long count, int timeoutMillis);

    int close(int fd);
}
