// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.metrics;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.thresher.config.ListenAddress;
import io.prometheus.metrics.exporter.httpserver.MetricsHandler;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Serves {@code /metrics} in the formats of Prometheus and OpenMetrics, and {@code /healthz} for those who ask over HTTP. */
public final class MetricsServer implements Closeable {
    private static final int THREADS = 2;
    private static final long IDLE_THREAD_SECONDS = 10;
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    private final HttpServer server;
    private final ThreadPoolExecutor threads;

    private MetricsServer(HttpServer server, MetricsSource source) {
        this.server = server;
        threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                IDLE_THREAD_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new ThreadFactoryBuilder()
                        .setNameFormat("metrics-%d")
                        .setDaemon(true)
                        .build());
        threads.allowCoreThreadTimeOut(true);
        server.setExecutor(threads);
        server.createContext("/metrics", new MetricsHandler(registry(source)));
        server.createContext("/healthz", exchange -> answerHealth(exchange, source.ready()));
    }

    /**
     * Binds and serves.
     *
     * @throws IOException if the address cannot be bound; the message says what to do
     */
    public static MetricsServer start(ListenAddress listen, MetricsSource source) throws IOException {
        // A client that sends or takes slowly must not keep a thread. Read once, when the JDK's first server is made.
        System.setProperty("sun.net.httpserver.maxReqTime", "10");
        System.setProperty("sun.net.httpserver.maxRspTime", "30");
        HttpServer server;
        try {
            server = HttpServer.create(listen.toSocketAddress(), 0);
        } catch (BindException e) {
            throw new IOException(
                    "metrics on " + listen + ": " + e.getMessage()
                            + ": set thresher.metrics.listen to another address or port",
                    e);
        }
        MetricsServer metrics = new MetricsServer(server, source);
        server.start();
        return metrics;
    }

    private static PrometheusRegistry registry(MetricsSource source) {
        PrometheusRegistry registry = new PrometheusRegistry();
        registry.register(new BalancerCollector(source));
        JvmMemoryMetrics.builder().register(registry);
        JvmGarbageCollectorMetrics.builder().register(registry);
        JvmThreadsMetrics.builder().register(registry);
        ProcessMetrics.builder().register(registry);
        return registry;
    }

    private static void answerHealth(HttpExchange exchange, BooleanSupplier ready) throws IOException {
        boolean serving = ready.getAsBoolean();
        byte[] body = (serving ? "SERVING\n" : "NOT_SERVING\n").getBytes(StandardCharsets.US_ASCII);
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", "text/plain");
            exchange.sendResponseHeaders(serving ? OK : UNAVAILABLE, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** The port, for one that was left to the kernel. */
    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
