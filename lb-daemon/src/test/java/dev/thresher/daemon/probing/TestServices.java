// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.probing;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.thresher.config.HttpExchange;
import dev.thresher.config.IpText;
import dev.thresher.config.Payload;
import dev.thresher.config.ProbeKind;
import dev.thresher.config.Protocol;
import dev.thresher.config.TlsSettings;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;

/**
 * What a real server offers, in the network namespace of the thread that makes it: HTTP that answers 200, the same in TLS,
 * gRPC that serves, and UDP that sends back what it gets, marked as an answer where DNS looks for the mark.
 */
final class TestServices implements AutoCloseable {
    private static final int ANSWER = 0x80;
    private static final String NAME = "web.example";
    private static final InetSocketAddress ANY = new InetSocketAddress("::", 0);

    private final HttpServer http;
    private final HttpsServer https;
    private final EventLoopGroup grpcThread = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Server grpc;
    private final DatagramSocket udp;
    private final TlsSettings tls;

    /**
     * @param directory takes the certificate
     * @param vip where UDP answers from: a socket of any address would choose another
     */
    TestServices(Path directory, String vip) throws Exception {
        X509Bundle certificate = new CertificateBuilder()
                .ecp256()
                .subject("CN=" + NAME)
                .addSanDnsName(NAME)
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Path trusted = Files.writeString(directory.resolve("certificate.pem"), certificate.getCertificatePEM());
        tls = new TlsSettings(NAME, true, trusted, Duration.ZERO);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(certificate.toKeyManagerFactory().getKeyManagers(), null, null);
        http = answering200(HttpServer.create(ANY, 128));
        https = HttpsServer.create(ANY, 128);
        https.setHttpsConfigurator(new HttpsConfigurator(context));
        answering200(https);
        grpc = NettyServerBuilder.forAddress(ANY)
                // Threads that others share were made in another network namespace.
                .bossEventLoopGroup(grpcThread)
                .workerEventLoopGroup(grpcThread)
                .channelType(NioServerSocketChannel.class)
                .addService(new HealthStatusManager().getHealthService())
                .build()
                .start();
        udp = new DatagramSocket(0, IpText.parse(vip));
        Thread echo = new Thread(this::echo, "echo");
        echo.setDaemon(true);
        echo.start();
    }

    private static HttpServer answering200(HttpServer server) {
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    /** The check of a service by its name in the configuration. */
    ProbeKind check(String name) {
        return switch (name) {
            case "tcp" -> new ProbeKind.Tcp(http.getAddress().getPort());
            // Without a limit its one segment would be as large as the MTU.
            case "http" ->
                new ProbeKind.Http(http.getAddress().getPort(), HttpExchange.get("/" + "x".repeat(1329)), null);
            case "tls" -> new ProbeKind.Tls(https.getAddress().getPort(), tls);
            case "https" -> new ProbeKind.Http(https.getAddress().getPort(), HttpExchange.get("/"), tls);
            case "grpc" -> new ProbeKind.Grpc(grpc.getPort(), "", null, null);
            case "udp" -> new ProbeKind.Udp(udp.getLocalPort(), Payload.parse("ping"), null);
            case "dns" -> new ProbeKind.Dns(udp.getLocalPort(), Protocol.UDP, "example.com", "A", "NOERROR", null);
            case "icmp" -> new ProbeKind.Icmp();
            default -> throw new IllegalArgumentException(name);
        };
    }

    private void echo() {
        byte[] bytes = new byte[2048];
        while (true) {
            DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
            try {
                udp.receive(packet);
                bytes[2] |= (byte) ANSWER;
                udp.send(packet);
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    @Override
    public void close() {
        http.stop(0);
        https.stop(0);
        grpc.shutdownNow();
        grpcThread.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        udp.close();
    }
}
