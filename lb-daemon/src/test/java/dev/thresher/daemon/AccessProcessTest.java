// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.daemon.metrics.Exposition;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who gets in to a daemon that runs. */
@Timeout(120)
class AccessProcessTest {
    private static final int EACCES = 13;

    /**
     * Becomes another user inside the process, in the socket's folder: so it does not matter whether that user may reach the
     * programs, or the folders above.
     */
    private static final String CONNECT = """
        import os, socket, sys
        folder, name, user, group = sys.argv[1:]
        client = socket.socket(socket.AF_UNIX)
        os.chdir(folder)
        os.setgroups([])
        os.setgid(int(group))
        os.setuid(int(user))
        sys.exit(client.connect_ex(name))
        """;

    /** A group that every host has. */
    private static final String GROUP = "daemon";

    private static final Pattern SOCKET = Pattern.compile("socket:\\[(\\d+)]");

    /** A line of /proc/net/tcp: the address, state 0A (LISTEN), and the inode. */
    private static final Pattern LISTENING =
            Pattern.compile("^ *\\d+: (\\S+) \\S+ 0A \\S+ \\S+ \\S+ +\\d+ +\\d+ (\\d+) ", Pattern.MULTILINE);

    @TempDir
    Path dir;

    private TestInterfaces interfaces;
    private String instance;
    private String link;

    @BeforeEach
    void makeInterface() throws IOException {
        interfaces = new TestInterfaces();
        instance = interfaces.instance("a");
        link = interfaces.veth("a");
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwx--x--x"));
    }

    @AfterEach
    void removeInterfaces() throws IOException {
        interfaces.close();
    }

    private Path socket() {
        return dir.resolve("a.sock");
    }

    private Path config(String more) throws IOException {
        return Files.writeString(dir.resolve("a.conf"), """
            thresher {
              instance = %s
              interface = %s
              gateway-mac = "02:00:00:00:00:01"
              flows.max = 4096
              api.socket = "%s"
              pools.web { reals = ["10.0.0.2"], health-check.type = none }
              vips = [ { address = "203.0.113.10", port = 80, pool = web } ]
            %s
            }
            """.formatted(instance, link, socket(), more));
    }

    private static String assertFails(Path config) throws IOException, InterruptedException {
        try (DaemonProcess daemon = DaemonProcess.start(config)) {
            assertEquals(1, daemon.awaitEnd(), daemon::output);
            assertFalse(daemon.output().contains("\tat "), daemon::output);
            return daemon.output();
        }
    }

    @Test
    void withoutSettings_noPortIsOpen_andTheSocketIsRoots() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(config("")).awaitReady()) {
            assertEquals(List.of(), openPorts(daemon.pid()));
            assertEquals("rw-rw---- root root", ownership());
            assertEquals(0, connectAs(0, 0));
            assertEquals(EACCES, connectAs(65_534, 65_534));
        }
    }

    @Test
    void theGroup_getsIn_andNobodyElse() throws Exception {
        try (DaemonProcess daemon =
                DaemonProcess.start(config("api.group = " + GROUP)).awaitReady()) {
            assertEquals("rw-rw---- root " + GROUP, ownership());
            int group = (int) Files.getAttribute(socket(), "unix:gid");
            assertEquals(0, connectAs(65_534, group), daemon::output);
            assertEquals(EACCES, connectAs(65_534, 65_534));
        }
    }

    @Test
    void aGroupThatDoesNotExist_isNamed() throws Exception {
        String output = assertFails(config("api.group = thrnowhere"));
        assertTrue(
                output.contains("there is no group \"thrnowhere\": create it (groupadd --system thrnowhere), or set "
                        + "thresher.api.group to another"),
                output);
    }

    @Test
    void aTlsFileThatIsMissing_isNamedWithTheLineOfItsKey() throws Exception {
        Path config = config("""
              api.tls {
                listen = "127.0.0.1:7443"
                certificate = "/nowhere/server.pem"
                key = "/nowhere/server.key"
                client-ca = "/nowhere/clients.pem"
                roles.admin = root
              }
            """);
        String output = assertFails(config);
        assertTrue(
                output.contains(config + ":11: thresher.api.tls.certificate: /nowhere/server.pem does not exist"),
                output);
    }

    @Test
    void metrics_agreeWithTheState() throws Exception {
        int port = freePort();
        try (DaemonProcess daemon = DaemonProcess.start(config("metrics.listen = \"[::1]:" + port + "\""))
                .awaitReady()) {
            assertEquals(1, openPorts(daemon.pid()).size());
            assertEquals("SERVING\n", get(port, "/healthz"));
            Exposition metrics = Exposition.parse(get(port, "/metrics"));
            String member = "{real=\"10.0.0.2\",vip=\"203.0.113.10:80/tcp\"}";
            assertEquals(1, metrics.value("thresher_member_weight" + member));
            assertEquals(1, metrics.value("thresher_member_effective_weight" + member));
            assertEquals(0, metrics.value("thresher_member_packets_total" + member));
            assertEquals(1, metrics.value("thresher_vip_members_up{vip=\"203.0.113.10:80/tcp\"}"));
            assertEquals(4096, metrics.value("thresher_capacity_limit{setting=\"thresher.flows.max\"}"));
            assertEquals(1, metrics.value("thresher_capacity_used{setting=\"thresher.capacity.vips\"}"));
            assertEquals(0, metrics.value("thresher_next_hops_unresolved"));
            assertEquals(0, metrics.value("thresher_config_problems"));
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0)) {
            return any.getLocalPort();
        }
    }

    private static String get(int port, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://[::1]:" + port + path))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private String ownership() throws IOException {
        PosixFileAttributes attributes = Files.readAttributes(socket(), PosixFileAttributes.class);
        return PosixFilePermissions.toString(attributes.permissions()) + " " + attributes.owner() + " "
                + attributes.group();
    }

    /** 0 if this user may connect to the socket, or the errno. */
    private int connectAs(int user, int group) throws IOException, InterruptedException {
        return new ProcessBuilder(
                        "python3",
                        "-c",
                        CONNECT,
                        dir.toString(),
                        socket().getFileName().toString(),
                        Integer.toString(user),
                        Integer.toString(group))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    /** Local addresses that a process listens on over TCP, as the kernel writes them. */
    private static List<String> openPorts(long pid) throws IOException {
        Path process = Path.of("/proc", Long.toString(pid));
        Set<String> own = new HashSet<>();
        try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
            for (Path descriptor : descriptors.toList()) {
                var socket = SOCKET.matcher(Files.readSymbolicLink(descriptor).toString());
                if (socket.matches()) {
                    own.add(socket.group(1));
                }
            }
        }
        assertFalse(own.isEmpty(), "it has its API's socket at least");
        List<String> ports = new ArrayList<>();
        for (String table : List.of("net/tcp", "net/tcp6")) {
            List<MatchResult> lines = LISTENING
                    .matcher(Files.readString(process.resolve(table)))
                    .results()
                    .collect(Collectors.toList());
            lines.stream()
                    .filter(line -> own.contains(line.group(2)))
                    .map(line -> line.group(1))
                    .forEach(ports::add);
        }
        return ports;
    }
}
