// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.thresher.bpf.InstancePins;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Another implementation of gRPC, the C++ one behind Python's, works with the API by what reflection tells it: {@code
 * src/test/python/foreign.py} knows no line of our definitions.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ForeignClientTest {
    private static final Path SCRIPT = Path.of("src", "test", "python", "foreign.py");
    /** The Python that Debian's package python3-grpcio is for. */
    private static final String PYTHON = "/usr/bin/python3";

    private static final String DRAIN = "{\"change\": {\"edits\": {\"edits\": [{\"drain\": {\"real\": \"%s\"}}]}}}";

    @TempDir
    Path dir;

    private TestInterfaces interfaces;
    private DaemonProcess daemon;

    @BeforeEach
    void start() throws IOException {
        interfaces = new TestInterfaces();
        InstancePins pins = new InstancePins(interfaces.instance("a"));
        Path config = Files.writeString(
                dir.resolve("thresher.conf"), """
                    thresher {
                      instance = %1$s
                      interface = %2$s
                      gateway-mac = "02:00:00:00:00:01"
                      flows.max = 4096
                      api.socket = "%3$s/api.sock"
                      state-directory = "%3$s/state"
                      pools.web { reals = [ "10.0.0.2", "10.0.0.3" ] }
                      vips = [ { address = "203.0.113.10", port = 80, pool = web } ]
                    }
                    """.formatted(pins.instance(), interfaces.veth("a"), dir));
        daemon = DaemonProcess.start(config).awaitReady();
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
        interfaces.close();
    }

    private record Result(int exit, List<JsonElement> answers) {}

    private Result run(String... arguments) throws IOException, InterruptedException {
        List<String> command = Stream.concat(
                        Stream.of(PYTHON, SCRIPT.toString(), "unix:" + dir.resolve("api.sock")), Stream.of(arguments))
                .toList();
        Path errors = dir.resolve("foreign.err");
        Process process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), UTF_8)
                .lines()
                .toList();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        assertFalse(
                lines.isEmpty(),
                () -> "the client says nothing (Debian has its gRPC in python3-grpcio): " + read(errors));
        return new Result(
                process.exitValue(), lines.stream().map(JsonParser::parseString).toList());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private JsonObject call(String method, String request) throws IOException, InterruptedException {
        Result result = run(method, request);
        assertEquals(0, result.exit(), result::toString);
        assertEquals(1, result.answers().size(), result::toString);
        return result.answers().get(0).getAsJsonObject();
    }

    private JsonObject firstMember() throws IOException, InterruptedException {
        return call("thresher.v1.Thresher/GetState", "{}")
                .getAsJsonObject("state")
                .getAsJsonArray("vips")
                .get(0)
                .getAsJsonObject()
                .getAsJsonArray("members")
                .get(0)
                .getAsJsonObject();
    }

    @Test
    void servicesAreListed_andTheDaemonIsHealthy() throws Exception {
        JsonArray services = run("list").answers().get(0).getAsJsonArray();
        assertEquals(
                List.of(
                        "grpc.health.v1.Health",
                        "grpc.reflection.v1.ServerReflection",
                        "thresher.v1.Control",
                        "thresher.v1.Thresher"),
                services.asList().stream()
                        .map(JsonElement::getAsString)
                        .sorted()
                        .toList());
        assertEquals(
                "SERVING",
                call("grpc.health.v1.Health/Check", "{}").get("status").getAsString());
    }

    @Test
    void realServer_isDrained() throws Exception {
        assertEquals(1, firstMember().get("effectiveWeight").getAsInt());
        JsonObject applied = call("thresher.v1.Control/Apply", DRAIN.formatted("10.0.0.2"));
        assertEquals("2", applied.get("revision").getAsString());
        JsonObject member = firstMember();
        assertEquals("10.0.0.2", member.get("real").getAsString());
        assertEquals(
                "HEALTH_STATE_DRAIN",
                member.getAsJsonObject("health").get("state").getAsString());
        assertFalse(member.has("effectiveWeight"), member::toString);
    }

    @Test
    void whatIsRefused_isRefusedInItsWords() throws Exception {
        Result refused = run("thresher.v1.Control/Apply", DRAIN.formatted("10.0.0.9"));
        assertEquals(1, refused.exit());
        JsonObject error = refused.answers().get(0).getAsJsonObject();
        assertEquals("NOT_FOUND", error.get("code").getAsString());
        assertTrue(error.get("message").getAsString().contains("10.0.0.9"), error::toString);
    }
}
