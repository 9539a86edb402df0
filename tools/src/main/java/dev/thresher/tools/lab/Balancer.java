// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import dev.thresher.tools.cli.DaemonClient;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The daemon on lb1, started as a user would start it. */
public final class Balancer {
    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final int LOG_LINES = 12;

    // The health checks are brisk, so that what happens in the lab happens while somebody watches.
    private static final String CONFIGURATION = """
        # The load balancer of the lab "%s".
        # Direct, as the demo counts the packets on the balancer's cable, and those of checks are not clients'.
        definitions.check {
          type = http, port = %d, path = "/health", via = direct
          interval = 500ms, timeout = 400ms, rise = 2, fall = 2
        }
        thresher {
          instance = %s
          interface = %s
          api { socket = "%s" }
          state-directory = "%s"
          pools {
        %s  }
          vips = [
        %s  ]
        }
        """;

    private static final String POOL = """
            %s {
              encapsulation = %s
              reals = [
        %s
              ]
              health-check = ${definitions.check}
            }
        """;

    private static final String VIP = """
            { address = "%s", port = %d, protocol = %s, pool = %s%s }
        """;

    private final Host host;
    private final LabFiles files;
    private final Path launcher;

    Balancer(Host host, LabFiles files, Path launcher) {
        this.host = host;
        this.files = files;
        this.launcher = launcher;
    }

    void configure(LabSpec spec) {
        LabFiles.write(
                files.config(),
                CONFIGURATION.formatted(
                        spec.lab(),
                        Way.IPIP.port(),
                        files.instance(),
                        Topology.UPLINK,
                        files.socket(),
                        files.state(),
                        pools(spec),
                        vips(spec)));
    }

    private static String pools(LabSpec spec) {
        return Stream.of("ipip", "gue")
                .flatMap(encapsulation -> Stream.of(false, true)
                        .map(ipv6 -> POOL.formatted(Way.pool(encapsulation, ipv6), encapsulation, reals(spec, ipv6))))
                .collect(Collectors.joining());
    }

    private static String vips(LabSpec spec) {
        StringBuilder vips = new StringBuilder();
        for (boolean ipv6 : new boolean[] {false, true}) {
            String address = ipv6 ? Topology.VIP6 : Topology.VIP4;
            for (Way way : Way.values()) {
                vips.append(VIP.formatted(address, way.port(), "tcp", way.pool(ipv6), ""));
            }
            for (LabSpec.Service service : spec.services()) {
                String keys = service.keys().isEmpty() ? "" : ", " + service.keys();
                String pool = Way.pool(service.encapsulation(), ipv6);
                vips.append(VIP.formatted(address, service.port(), service.protocol(), pool, keys));
            }
        }
        return vips.toString();
    }

    /** The server ids are for QUIC: the number of the real server in one byte. */
    private static String reals(LabSpec spec, boolean ipv6) {
        return IntStream.rangeClosed(1, spec.weights().size())
                .mapToObj(number -> "        { address = \"%s\", weight = %d, server-id = \"%02x\" }"
                        .formatted(
                                ipv6 ? Topology.real6(number) : Topology.real4(number),
                                spec.weights().get(number - 1),
                                number))
                .collect(Collectors.joining("\n"));
    }

    /** Starts the daemon; its API answers when this returns. */
    public void start() {
        start(List.of());
    }

    /** The same with the jars of another build, laid out as the launcher does it. */
    public void startFrom(Path dist) {
        start(List.of("env", "THRESHER_DIST=" + dist));
    }

    /** Starts it likewise, and kills it after so many nanoseconds, however far it has come; it has ended when this returns. */
    public void startAndKill(Path dist, long nanos) {
        Process process = launch(List.of("env", "THRESHER_DIST=" + dist));
        LockSupport.parkNanos(nanos);
        process.descendants().forEach(each -> LabProcess.kill(each.pid()));
        LabProcess.kill(process.pid());
    }

    private Process launch(List<String> prefix) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                launcher.toString(), "daemon", "--config", files.config().toString()));
        return LabProcess.start(host, command, files.daemonLog());
    }

    private void start(List<String> prefix) {
        Process process = launch(prefix);
        boolean ready = Await.until(START_LIMIT, () -> !process.isAlive() || accepts(files.socket()));
        if (!process.isAlive()) {
            throw new LabException("the daemon ended with exit status " + process.exitValue() + ":\n" + lastWords());
        }
        if (!ready) {
            throw new LabException("the daemon was not ready in " + START_LIMIT.toSeconds() + " s:\n" + lastWords());
        }
    }

    /** Ends the daemon as a crash would: at once, without closing anything. */
    public void kill() {
        pids().forEach(LabProcess::kill);
    }

    /** Ends the daemon as an administrator does, by SIGTERM; it has ended when this returns. */
    public void stop() {
        if (!LabProcess.terminate(pids())) {
            throw new LabException("the daemon has not ended on SIGTERM:\n" + lastWords());
        }
    }

    /** Has the daemon read its configuration again, by SIGHUP. */
    public void hangUp() {
        pids().forEach(pid -> Shell.run("kill", "-HUP", Long.toString(pid)));
    }

    private List<Long> pids() {
        return LabProcess.on(host).stream()
                .filter(process -> process.name().equals(LabProcess.DAEMON))
                .map(LabProcess::pid)
                .toList();
    }

    /** A connection to its API. */
    public DaemonClient connect() {
        return DaemonClient.connect(files.socket());
    }

    boolean allMembersUp() {
        try (DaemonClient daemon = connect()) {
            return daemon.state().getVipsList().stream().allMatch(vip -> vip.getMembersUp() == vip.getMembersTotal());
        }
    }

    /** The end of the daemon's log. */
    public String lastWords() {
        try {
            List<String> lines = Files.readAllLines(files.daemonLog());
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
        } catch (IOException e) {
            return "(no log: " + e.getMessage() + ")";
        }
    }

    private static boolean accepts(Path socket) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return false;
        }
    }
}
