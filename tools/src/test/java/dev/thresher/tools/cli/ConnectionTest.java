// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class ConnectionTest {
    private static final Map<String, String> EMPTY = Map.of();
    private static final Map<String, String> SET = Map.of("THRESHER_SOCKET", "/run/from-environment.sock");

    @Test
    void nothingGiven_meansTheDefaultInstance() {
        assertEquals(socket("/run/thresher/default.sock"), parse().address(EMPTY));
    }

    @Test
    void emptyVariable_countsAsNone() {
        assertEquals(socket("/run/thresher/default.sock"), parse().address(Map.of("THRESHER_SOCKET", "")));
    }

    @Test
    void variable_replacesTheDefault() {
        assertEquals(socket("/run/from-environment.sock"), parse().address(SET));
    }

    @Test
    void options_winOverTheVariable() {
        assertEquals(socket("/tmp/a.sock"), parse("--socket", "/tmp/a.sock").address(SET));
        assertEquals(
                socket("/run/thresher/edge.sock"), parse("--instance", "edge").address(SET));
    }

    @Test
    void anAddress_takesThreeFiles() {
        assertRefused(
                "--key is missing, and $THRESHER_KEY is not set: --address takes --cert, --key and --ca",
                parse("--address", "lb1:7443", "--cert", "c.pem", "--ca", "ca.pem"),
                EMPTY);
    }

    @Test
    void filesWithoutAddress_areNotLeftAside() {
        assertRefused(
                "--cert, --key and --ca are for a daemon that is reached by --address HOST:PORT",
                parse("--ca", "ca.pem"),
                SET);
    }

    @Test
    void aSocketInTheEnvironment_goesBeforeAnAddressThere() {
        Map<String, String> both = Map.of("THRESHER_SOCKET", "/run/a.sock", "THRESHER_ADDRESS", "lb1:7443");
        assertEquals(socket("/run/a.sock"), parse().address(both));
        assertEquals(
                socket("/run/thresher/edge.sock"),
                parse("--instance", "edge").address(Map.of("THRESHER_ADDRESS", "lb1:7443")));
    }

    private static void assertRefused(String message, Connection connection, Map<String, String> environment) {
        CommandFailure e = assertThrows(CommandFailure.class, () -> connection.address(environment));
        assertEquals(message, e.getMessage());
        assertEquals(2, e.exitCode());
    }

    private static DaemonAddress socket(String path) {
        return new UnixAddress(Path.of(path));
    }

    private static Connection parse(String... arguments) {
        Connection connection = new Connection();
        new CommandLine(connection).parseArgs(arguments);
        return connection;
    }
}
