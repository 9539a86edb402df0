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
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The daemon on lb1, started as a user would start it. */
public final class Balancer {
    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final int LOG_LINES = 12;

    // The health checks are brisk, so that what happens in the lab happens while somebody watches.
    private static final String CONFIGURATION = """
        # The load balancer of the lab "%1$s".
        definitions.check {
          type = http, port = %5$d, path = "/health"
          interval = 500ms, timeout = 400ms, rise = 2, fall = 2
        }
        thresher {
          instance = %2$s
          interface = %3$s
          api { socket = "%4$s" }
          pools {
            web {
              reals = [
        %6$s
              ]
              health-check = ${definitions.check}
            }
            web6 {
              reals = [
        %7$s
              ]
              health-check = ${definitions.check}
            }
          }
          vips = [
            { address = "%8$s", port = %5$d, protocol = tcp, pool = web }
            { address = "%9$s", port = %5$d, protocol = tcp, pool = web6 }
          ]
        }
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
        String reals4 = reals(spec, Topology::real4);
        String reals6 = reals(spec, Topology::real6);
        LabFiles.write(
                files.config(),
                CONFIGURATION.formatted(
                        spec.lab(),
                        files.instance(),
                        Topology.UPLINK,
                        files.socket(),
                        Topology.PORT,
                        reals4,
                        reals6,
                        Topology.VIP4,
                        Topology.VIP6));
    }

    private static String reals(LabSpec spec, IntFunction<String> address) {
        return IntStream.rangeClosed(1, spec.weights().size())
                .mapToObj(number -> "        { address = \"%s\", weight = %d }"
                        .formatted(address.apply(number), spec.weights().get(number - 1)))
                .collect(Collectors.joining("\n"));
    }

    /** Starts the daemon; its API answers when this returns. */
    public void start() {
        List<String> command = List.of(
                launcher.toString(), "daemon", "--config", files.config().toString());
        Process process = LabProcess.start(host, command, files.daemonLog());
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
        LabProcess.on(host).stream()
                .filter(process -> process.name().equals(LabProcess.DAEMON))
                .forEach(process -> LabProcess.kill(process.pid()));
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
    String lastWords() {
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
