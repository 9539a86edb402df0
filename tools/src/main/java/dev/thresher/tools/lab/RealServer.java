// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The nginx of one real server. It names itself in each body and in the header X-Real, answers the health check on
 * /health, and stores what is PUT under /upload/.
 */
public final class RealServer {
    // One process, so that one kill stops the server.
    private static final String CONFIGURATION = """
            # The web server of %1$s. Start: nginx -c %2$s/nginx.conf
            user root;
            master_process off;
            pid %2$s/nginx.pid;
            error_log %2$s/error.log;
            events { worker_connections 4096; }
            http {
              access_log %2$s/access.log;
              keepalive_timeout 0; # a connection for each request, so that each may go elsewhere
              client_body_temp_path %2$s/tmp/body;
              proxy_temp_path %2$s/tmp/proxy;
              fastcgi_temp_path %2$s/tmp/fastcgi;
              uwsgi_temp_path %2$s/tmp/uwsgi;
              scgi_temp_path %2$s/tmp/scgi;
              default_type text/plain;
              add_header X-Real %1$s always;
              server {
                %3$s
                root %2$s/files;
                location / { return 200 "%1$s\\n"; }
                location = /health { access_log off; return 200 "ok\\n"; }
                location /upload/ {
                  dav_methods PUT;
                  client_max_body_size 256m;
                }
              }
            }
            """;

    private final int number;
    private final Host host;
    private final Path directory;

    RealServer(int number, Host host, LabFiles files) {
        this.number = number;
        this.host = host;
        this.directory = files.of(host);
    }

    /** Starts the server; it listens when this returns. */
    public void start() {
        LabFiles.makeDirectories(directory.resolve("tmp"));
        LabFiles.makeDirectories(directory.resolve("files/upload"));
        Path configuration = directory.resolve("nginx.conf");
        LabFiles.write(configuration, CONFIGURATION.formatted(host.name(), directory, listen()));
        host.namespace().run("nginx", "-e", directory.resolve("error.log").toString(), "-c", configuration.toString());
        if (!Await.until(Duration.ofSeconds(5), () -> pid() != null)) {
            throw new LabException("nginx on " + host.name() + " did not start; see " + directory.resolve("error.log"));
        }
    }

    private static String listen() {
        return Stream.of(Way.values())
                .map(way -> "listen %d; listen [::]:%d;".formatted(way.port(), way.port()))
                .collect(Collectors.joining(" "));
    }

    /** Ends the server as a crash would: at once, without closing anything. */
    public void kill() {
        Long pid = pid();
        if (pid != null) {
            LabProcess.kill(pid);
        }
    }

    /** Where a file that was PUT to /upload/NAME is kept. */
    public Path uploaded(String name) {
        return directory.resolve("files/upload").resolve(name);
    }

    /** Its own addresses, which the load balancer sends to: IPv4 and IPv6. */
    public List<String> addresses() {
        return List.of(Topology.real4(number), Topology.real6(number));
    }

    /** Which host this server runs on. */
    public Host host() {
        return host;
    }

    private @Nullable Long pid() {
        try {
            return Long.valueOf(Files.readString(directory.resolve("nginx.pid")).strip());
        } catch (IOException | NumberFormatException e) {
            return null;
        }
    }
}
