// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;

/** TCP sockets between two connections. For one thread. */
final class SocketPool {
    /** Of a kind. About as many as are under way at once when thousands of targets answer soon. */
    static final int MAX_IDLE = 64;

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

    /** @throws IOException if there is none, and the kernel makes none */
    ProbeSocket take(Kind kind) throws IOException {
        ProbeSocket socket = waiting(kind).pollLast();
        return socket == null ? ProbeSocket.open(kind) : socket;
    }

    /** Takes a socket back whose connection has served its purpose. */
    void giveBack(ProbeSocket socket) throws IOException {
        Deque<ProbeSocket> others = waiting(socket.kind());
        if (others.size() < MAX_IDLE && socket.release()) {
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
