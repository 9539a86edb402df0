// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.daemon.grpc.GrpcServer;
import dev.thresher.daemon.state.Counter;
import dev.thresher.daemon.state.DaemonState;
import dev.thresher.daemon.state.StateSource;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
final class FailedCallTest {
    @TempDir
    Path dir;

    @Test
    void noSocket_saysHowToStartTheDaemon() {
        Path socket = dir.resolve("edge.sock");
        CliRun run = CliRun.of("status", "--socket", socket.toString());

        assertEquals(
                List.of(
                        "thresher: no daemon is running on " + socket + ": there is no such socket.",
                        "Start it with 'thresher daemon' (see 'thresher daemon --help'), or choose another with "
                                + "--instance NAME or --socket PATH."),
                run.errLines());
        assertEquals("", run.out());
        assertEquals(1, run.exitCode());
    }

    @Test
    void noSocketButAnother_namesIt() throws IOException {
        Path other = dir.resolve("other.sock");
        listen(other).close();
        CliRun run =
                CliRun.of("vips", "--json", "--socket", dir.resolve("edge.sock").toString());

        assertEquals("There is " + other + ".", run.errLines().get(1));
    }

    @Test
    void socketOfADeadDaemon_saysHowToStartTheDaemon() throws IOException {
        Path socket = dir.resolve("edge.sock");
        listen(socket).close();
        CliRun run = CliRun.of("reals", "--socket", socket.toString());

        assertEquals(
                "thresher: no daemon is running on " + socket + ": Connection refused.",
                run.errLines().get(0));
        assertTrue(run.errLines().get(1).startsWith("Start it with"), run.err());
        assertEquals(1, run.exitCode());
    }

    @Test
    void daemonThatDoesNotAnswer_isGivenUp() throws IOException {
        Path socket = dir.resolve("edge.sock");
        CountDownLatch release = new CountDownLatch(1);
        try (GrpcServer server = GrpcServer.start(
                        socket,
                        source(() -> {
                            await(release);
                            return FakeSource.idle().snapshot();
                        }),
                        new FakeFlows(),
                        new FakeHealth());
                DaemonClient client = new DaemonClient(new UnixAddress(server.socket()), Duration.ofMillis(200))) {
            CommandFailure e = assertThrows(CommandFailure.class, client::state);
            release.countDown();

            assertEquals(
                    "the daemon on " + socket
                            + " did not answer within 0.2s.\nIt hangs or is overloaded: look at its log.",
                    e.getMessage());
        }
    }

    @Test
    void daemonThatFails_isQuoted() throws IOException {
        Path socket = dir.resolve("edge.sock");
        CliRun run;
        try (GrpcServer server = GrpcServer.start(
                socket,
                source(() -> {
                    throw new IllegalStateException("map members: EBADF");
                }),
                new FakeFlows(),
                new FakeHealth())) {
            run = CliRun.of("vips", "--socket", server.socket().toString());
        }

        assertEquals(
                List.of(
                        "thresher: the daemon on " + socket + " failed: GetState failed: "
                                + "java.lang.IllegalStateException: map members: EBADF (INTERNAL).",
                        "Its log says more."),
                run.errLines());
    }

    @Test
    void anotherKindOfServer_isToldFromADaemon() throws Exception {
        Path socket = dir.resolve("edge.sock");
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        Server other = NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .channelType(NioServerDomainSocketChannel.class)
                .bossEventLoopGroup(loop)
                .workerEventLoopGroup(loop)
                .withChildOption(ChannelOption.SO_KEEPALIVE, null)
                .build()
                .start();
        try {
            CliRun run = CliRun.of("status", "--socket", socket.toString());

            assertEquals(
                    "thresher: what serves on " + socket + " does not know this call.",
                    run.errLines().get(0));
        } finally {
            other.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    @Test
    void hangUp_isNotTakenForADaemonThatIsNotThere() throws IOException {
        Path socket = Files.createFile(dir.resolve("edge.sock"));
        String text = FailedCall.explain(Status.UNAVAILABLE, new UnixAddress(socket), DaemonClient.DEADLINE);

        assertTrue(text.startsWith("the daemon on " + socket + " hung up"), text);
    }

    @Test
    void verbose_showsWhereTheErrorComesFrom() {
        String socket = dir.resolve("edge.sock").toString();

        assertFalse(CliRun.of("status", "--socket", socket).err().contains("\tat "));
        assertTrue(CliRun.of("status", "--verbose", "--socket", socket).err().contains("\tat "));
    }

    private static StateSource source(Supplier<DaemonState> snapshot) {
        return new StateSource() {
            @Override
            public DaemonState snapshot() {
                return snapshot.get();
            }

            @Override
            public List<Counter> counters() {
                return List.of();
            }
        };
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ServerSocketChannel listen(Path socket) throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket));
    }
}
