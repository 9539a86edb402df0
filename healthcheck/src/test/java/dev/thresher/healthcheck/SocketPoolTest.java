// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SocketPoolTest {
    @Test
    void no_more_than_so_many_wait_of_a_kind() throws Exception {
        var group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        IoEventLoop loop = group.next();
        long before = ProbeRun.openSockets();
        try {
            assertEquals(2 + 1, loop.submit(() -> idleAfterUseOf(loop, 5)).get(20, TimeUnit.SECONDS));
            assertEquals(before + 2 + 1, ProbeRun.openSockets());
        } finally {
            group.shutdownGracefully(1, 5000, TimeUnit.MILLISECONDS).syncUninterruptibly();
        }
        assertEquals(before, ProbeRun.openSockets(), "the loop closes those that wait");
    }

    private static int idleAfterUseOf(IoEventLoop loop, int count) throws IOException {
        SocketPool pool = new SocketPool(2);
        List<ProbeSocket> sockets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sockets.add(pool.take(SocketPool.Kind.DIRECT));
        }
        sockets.add(pool.take(SocketPool.Kind.TUNNELLED_V6));
        for (ProbeSocket socket : sockets) {
            socket.lendTo(new ProbeChannel(pool, socket), loop);
            pool.giveBack(socket);
        }
        return pool.idle();
    }

    @Test
    void others_have_most_of_the_files_that_may_be_open() {
        assertEquals(64, SocketPool.limitFor(1024));
        assertEquals(1024, SocketPool.limitFor(1 << 20));
        assertEquals(0, SocketPool.limitFor(15));
    }
}
