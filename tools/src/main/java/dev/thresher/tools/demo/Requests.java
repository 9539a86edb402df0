// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import dev.thresher.tools.lab.Lab;
import dev.thresher.tools.lab.Shell;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Sends requests from the client with curl: one curl for many, each on a connection and from a port of its own. */
final class Requests {
    // The mark tells the line of ours from the body before it.
    private static final String MARK = "port=";

    private static final String LIMIT_SECONDS = "60";

    private final Lab lab;

    Requests(Lab lab) {
        this.lab = lab;
    }

    /** Requests from {@code count} ports in a row. */
    List<Answer> from(int firstPort, int count, String url) {
        return from(IntStream.range(firstPort, firstPort + count).boxed().toList(), url);
    }

    /**
     * Requests from the ports given; the answers come in the same order. What has not been answered when the time is up
     * counts as failed.
     */
    List<Answer> from(List<Integer> ports, String url) {
        String script = ports.stream().map(port -> request(port, url)).collect(Collectors.joining("next\n"));
        List<String> curl = List.of("timeout", LIMIT_SECONDS, "curl", "--config", "-");
        // The exit status is that of the last request only; each request reports for itself.
        Shell.Result result =
                Shell.attempt(script, lab.topology().client().namespace().command(curl));
        Map<Integer, String> reals = parse(result.out());
        return ports.stream().map(port -> new Answer(port, reals.get(port))).toList();
    }

    private static String request(int port, String url) {
        return """
                url = "%s"
                local-port = %d
                header = "Connection: close"
                silent
                globoff
                max-time = 2
                write-out = "%s%d %%{http_code}\\n"
                """.formatted(url, port, MARK, port);
    }

    /** The name of the real server by the port that asked, for those that were answered. */
    static Map<Integer, String> parse(String out) {
        Map<Integer, String> reals = new HashMap<>();
        @Nullable String body = null;
        for (String line : out.lines().toList()) {
            if (!line.startsWith(MARK)) {
                body = line;
                continue;
            }
            if (line.endsWith(" 200") && body != null) {
                reals.put(Integer.parseInt(line, MARK.length(), line.indexOf(' '), 10), body);
            }
            body = null;
        }
        return reals;
    }
}
