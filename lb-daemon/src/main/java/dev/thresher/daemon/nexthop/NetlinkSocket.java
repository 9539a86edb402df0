// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import static dev.thresher.daemon.nexthop.NativeSockets.C;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import jnr.constants.platform.Errno;

/** A socket to the kernel's routing (man 7 rtnetlink) or to what has no protocol of its own. For one thread. */
final class NetlinkSocket implements AutoCloseable {
    private static final int SOCK_RAW = 3;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int NETLINK_ROUTE = 0;
    private static final int NETLINK_GENERIC = 16;
    private static final int MSG_DONTWAIT = 0x40;
    // struct sockaddr_nl: family, padding, port id, groups
    private static final int ADDRESS_LENGTH = 12;
    private static final int ADDRESS_GROUPS = 8;
    // The kernel makes no datagram larger than 32 KiB.
    private static final int BUFFER_LENGTH = 32 * 1024;

    private final int fd;
    private final ByteBuffer buffer = NativeSockets.allocate(BUFFER_LENGTH);
    private int sequence;

    private NetlinkSocket(int fd) {
        this.fd = fd;
    }

    /** @param groups the events to receive, a set of RTMGRP_* bits; 0 for none */
    static NetlinkSocket open(int groups) throws NetlinkException {
        return open(NETLINK_ROUTE, groups);
    }

    /** For the families of generic netlink. */
    static NetlinkSocket openGeneric() throws NetlinkException {
        return open(NETLINK_GENERIC, 0);
    }

    private static NetlinkSocket open(int protocol, int groups) throws NetlinkException {
        int fd = NativeSockets.check(
                C.socket(AddressFamily.NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol), "open a netlink socket");
        NetlinkSocket socket = new NetlinkSocket(fd);
        ByteBuffer address = ByteBuffer.allocate(ADDRESS_LENGTH)
                .order(ByteOrder.nativeOrder())
                .putShort(0, (short) AddressFamily.NETLINK)
                .putInt(ADDRESS_GROUPS, groups);
        try {
            NativeSockets.check(C.bind(fd, address, ADDRESS_LENGTH), "bind a netlink socket");
        } catch (NetlinkException e) {
            socket.close();
            throw e;
        }
        return socket;
    }

    int fd() {
        return fd;
    }

    /**
     * Sends a request that has one answer, and returns that. Its payload is valid until the next call.
     *
     * @param operation what it is for, to begin an error message with
     */
    NetlinkMessage request(String operation, int type, int flags, ByteBuffer payload) throws NetlinkException {
        ByteBuffer message = NetlinkMessage.request(type, flags, ++sequence, payload);
        if (C.send(fd, message, message.remaining(), 0) < 0) {
            throw new NetlinkException(operation, NativeSockets.errno());
        }
        while (true) {
            // The kernel answers before send returns, so nothing here ever waits.
            List<NetlinkMessage> answers = receive(operation);
            for (NetlinkMessage answer : answers) {
                if (answer.sequence() == sequence) {
                    return succeeded(answer, operation);
                }
            }
            if (answers.isEmpty()) {
                throw new NetlinkException(operation, Errno.EAGAIN.intValue());
            }
        }
    }

    /**
     * The messages of the next datagram; none when there is no datagram. Payloads are valid until the next call.
     *
     * @throws NetlinkException ENOBUFS when messages were lost
     */
    List<NetlinkMessage> receive(String operation) throws NetlinkException {
        buffer.clear();
        long length = C.recv(fd, buffer, BUFFER_LENGTH, MSG_DONTWAIT);
        if (length >= 0) {
            return NetlinkMessage.parse(buffer.limit((int) length));
        }
        if (NativeSockets.failedWith(Errno.EAGAIN)) {
            return List.of();
        }
        throw new NetlinkException(operation, NativeSockets.errno());
    }

    @Override
    public void close() {
        C.close(fd);
    }

    private static NetlinkMessage succeeded(NetlinkMessage answer, String operation) throws NetlinkException {
        if (answer.type() == Netlink.NLMSG_ERROR && answer.errno() != 0) {
            throw new NetlinkException(operation, answer.errno());
        }
        return answer;
    }
}
