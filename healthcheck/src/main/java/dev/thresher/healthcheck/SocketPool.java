// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;

/** TCP sockets between two connections. For one thread. */
final class SocketPool {
    /**
     * Of a kind. At 10,000 probes a second as many are under way when this host was busy with something else for a tenth of
     * a second; what is freed then would have to be made again at once, when there is least time for it.
     */
    private static final int MOST = 1024;

    private final int maxIdle;

    /** Sockets that can stand for one another. */
    enum Kind {
        DIRECT,
        DIRECT_V6,
        /** With small segments. */
        TUNNELLED,
        TUNNELLED_V6;

        static Kind of(boolean ipv4, boolean tunnelled) {
            return tunnelled ? ipv4 ? TUNNELLED : TUNNELLED_V6 : ipv4 ? DIRECT : DIRECT_V6;
        }

        boolean isTunnelled() {
            return this == TUNNELLED || this == TUNNELLED_V6;
        }

        boolean isIpv4() {
            return this == DIRECT || this == TUNNELLED;
        }
    }

    private final Map<Kind, Deque<ProbeSocket>> idle = new EnumMap<>(Kind.class);

    /** @param maxIdle sockets of a kind that may wait for their next connection */
    SocketPool(int maxIdle) {
        this.maxIdle = maxIdle;
    }

    /** How many may wait in a process that may open so many files: no more than a quarter of them in all. */
    static int limitFor(long descriptors) {
        return (int) Math.min(MOST, descriptors / (4L * Kind.values().length));
    }

    /** @throws IOException if there is none, and the kernel makes none */
    ProbeSocket take(Kind kind) throws IOException {
        ProbeSocket socket = waiting(kind).pollLast();
        return socket == null ? ProbeSocket.open(kind) : socket;
    }

    /** Takes a socket back whose connection has served its purpose. */
    void giveBack(ProbeSocket socket) throws IOException {
        Deque<ProbeSocket> others = waiting(socket.kind());
        if (others.size() < maxIdle && socket.release()) {
            others.addLast(socket);
        } else {
            socket.destroy();
        }
    }

    private Deque<ProbeSocket> waiting(Kind kind) {
        return idle.computeIfAbsent(kind, first -> new ArrayDeque<>());
    }

    /** Those that wait for another connection. */
    int idle() {
        return idle.values().stream().mapToInt(Deque::size).sum();
    }
}
