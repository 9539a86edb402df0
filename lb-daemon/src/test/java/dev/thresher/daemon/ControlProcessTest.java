// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.api.v1.ApplyRequest;
import dev.thresher.api.v1.Change;
import dev.thresher.api.v1.DiscardRuntimeRequest;
import dev.thresher.api.v1.Edit;
import dev.thresher.api.v1.Edits;
import dev.thresher.api.v1.SetWeight;
import dev.thresher.bpf.InstancePins;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A daemon that is changed by calls, killed, and started again. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ControlProcessTest {
    private static final Edit DRAIN = Edit.newBuilder()
            .setSetWeight(SetWeight.newBuilder().setReal("10.0.0.2").setWeight(0))
            .build();

    @TempDir
    Path dir;

    private TestInterfaces interfaces;
    private Path config;

    @BeforeEach
    void configure() throws IOException {
        interfaces = new TestInterfaces();
        InstancePins pins = new InstancePins(interfaces.instance("a"));
        config = Files.writeString(
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
    }

    @AfterEach
    void removeInterfaces() throws IOException {
        interfaces.close();
    }

    private DaemonChannel connect() {
        return new DaemonChannel(dir.resolve("api.sock"));
    }

    private static ApplyRequest apply(Edit edit) {
        Change change =
                Change.newBuilder().setEdits(Edits.newBuilder().addEdits(edit)).build();
        return ApplyRequest.newBuilder().setChange(change).build();
    }

    /** The share of new flows that a real server has, 10.0.0.2. */
    private static int share(DaemonChannel daemon) {
        return daemon.state().getVips(0).getMembers(0).getEffectiveWeight();
    }

    @Test
    void realServerThatWasDrainedByACall_staysSoOverAKill_untilThatIsDiscarded() throws Exception {
        try (DaemonProcess first = DaemonProcess.start(config).awaitReady();
                DaemonChannel daemon = connect()) {
            assertEquals(1, share(daemon));
            assertEquals(2, daemon.control().apply(apply(DRAIN)).getRevision());
            assertEquals(0, share(daemon));
            first.kill();
        }
        try (DaemonProcess second = DaemonProcess.start(config).awaitReady();
                DaemonChannel daemon = connect()) {
            assertEquals(0, share(daemon));
            assertEquals(2, daemon.state().getConfig().getRevision());
            assertEquals(
                    3,
                    daemon.control()
                            .discardRuntime(DiscardRuntimeRequest.getDefaultInstance())
                            .getRevision());
            assertEquals(1, share(daemon));
            assertEquals(0, second.terminate());
        }
    }

    @Test
    void fullDisk_refusesTheChange_andNothingElse() throws Exception {
        Path state = Files.createDirectory(dir.resolve("state"));
        String mount = "mount -t tmpfs -o size=64k tmpfs " + state + " && exec \"$@\"";
        try (DaemonProcess process = DaemonProcess.start(config, "unshare", "-m", "sh", "-c", mount, "sh")
                        .awaitReady();
                DaemonChannel daemon = connect()) {
            ApplyRequest large =
                    apply(DRAIN).toBuilder().setComment("x".repeat(100_000)).build();
            StatusRuntimeException refusal = assertThrows(
                    StatusRuntimeException.class, () -> daemon.control().apply(large));
            assertEquals(Code.FAILED_PRECONDITION, refusal.getStatus().getCode());
            assertTrue(
                    String.valueOf(refusal.getMessage()).contains(state + "/history/2.conf: No space left on device"),
                    refusal::getMessage);
            assertEquals(1, share(daemon));
            assertTrue(
                    daemon.state().getDaemon().getWarningsList().stream()
                            .anyMatch(warning -> warning.contains("No space left on device")),
                    () -> daemon.state().toString());
            assertEquals(2, daemon.control().apply(apply(DRAIN)).getRevision());
            assertEquals(0, share(daemon));
            assertEquals(0, process.terminate());
        }
    }

    @Test
    void runtimeFileWithAnError_isToldByFileAndLine_beforeAnythingIsTouched() throws Exception {
        Path runtime = Files.createDirectory(dir.resolve("state")).resolve("runtime.conf");
        Files.writeString(runtime, "changes {\n  \"pool web\" = 7\n}\n");
        try (DaemonProcess daemon = DaemonProcess.start(config)) {
            assertEquals(2, daemon.awaitEnd());
            assertTrue(daemon.output().contains(runtime + ":2: "), daemon::output);
        }
    }
}
