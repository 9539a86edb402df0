// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class ConnectionTest {
    private static final Map<String, String> EMPTY = Map.of();
    private static final Map<String, String> SET = Map.of("THRESHER_SOCKET", "/run/from-environment.sock");

    @Test
    void nothingGiven_meansTheDefaultInstance() {
        assertEquals(Path.of("/run/thresher/default.sock"), parse().socket(EMPTY));
    }

    @Test
    void emptyVariable_countsAsNone() {
        assertEquals(Path.of("/run/thresher/default.sock"), parse().socket(Map.of("THRESHER_SOCKET", "")));
    }

    @Test
    void variable_replacesTheDefault() {
        assertEquals(Path.of("/run/from-environment.sock"), parse().socket(SET));
    }

    @Test
    void options_winOverTheVariable() {
        assertEquals(Path.of("/tmp/a.sock"), parse("--socket", "/tmp/a.sock").socket(SET));
        assertEquals(
                Path.of("/run/thresher/edge.sock"), parse("--instance", "edge").socket(SET));
    }

    private static Connection parse(String... arguments) {
        Connection connection = new Connection();
        new CommandLine(connection).parseArgs(arguments);
        return connection;
    }
}
