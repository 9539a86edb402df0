// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.api.v1.ApplyRequest;
import dev.thresher.api.v1.Change;
import dev.thresher.api.v1.CommitRuntimeRequest;
import dev.thresher.api.v1.CommitRuntimeResponse;
import dev.thresher.api.v1.Edit;
import dev.thresher.api.v1.Edits;
import dev.thresher.api.v1.GetRuntimeRequest;
import dev.thresher.api.v1.HealthState;
import dev.thresher.api.v1.Member;
import dev.thresher.api.v1.RealServer;
import dev.thresher.api.v1.RuntimeChange;
import dev.thresher.bpf.InstancePins;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A daemon that is changed by calls, killed, and started again. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ControlProcessTest {
    private static final RealServer REAL =
            RealServer.newBuilder().setReal("10.0.0.2").build();
    private static final Edit DRAIN = Edit.newBuilder().setDrain(REAL).build();
    private static final Edit UNDRAIN = Edit.newBuilder().setUndrain(REAL).build();
    private static final Edit MAINTENANCE =
            Edit.newBuilder().setMaintenance(REAL).build();

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
        return member(daemon).getEffectiveWeight();
    }

    private static Member member(DaemonChannel daemon) {
        return daemon.state().getVips(0).getMembers(0);
    }

    private static List<RuntimeChange> runtime(DaemonChannel daemon) {
        return daemon.control()
                .getRuntime(GetRuntimeRequest.getDefaultInstance())
                .getChangesList();
    }

    @Test
    void realServerThatWasDrainedByACall_staysSoOverAKill_untilItIsUndrained() throws Exception {
        try (DaemonProcess first = DaemonProcess.start(config).awaitReady();
                DaemonChannel daemon = connect()) {
            assertEquals(1, share(daemon));
            assertEquals(2, daemon.control().apply(apply(DRAIN)).getRevision());
            assertEquals(0, share(daemon));
            assertEquals(
                    HealthState.HEALTH_STATE_DRAIN, member(daemon).getHealth().getState());
            first.kill();
        }
        try (DaemonProcess second = DaemonProcess.start(config).awaitReady();
                DaemonChannel daemon = connect()) {
            assertEquals(0, share(daemon));
            assertEquals(
                    HealthState.HEALTH_STATE_DRAIN, member(daemon).getHealth().getState());
            assertEquals(1, member(daemon).getWeight(), "that is not what was changed");
            assertEquals(2, daemon.state().getConfig().getRevision());
            assertEquals(3, daemon.control().apply(apply(MAINTENANCE)).getRevision());
            assertEquals(
                    HealthState.HEALTH_STATE_MAINTENANCE,
                    member(daemon).getHealth().getState());
            assertEquals(1, runtime(daemon).size());
            assertEquals(4, daemon.control().apply(apply(UNDRAIN)).getRevision());
            assertEquals(1, share(daemon));
            assertEquals(List.of(), runtime(daemon));
            assertEquals(0, second.terminate());
        }
        try (DaemonProcess third = DaemonProcess.start(config).awaitReady();
                DaemonChannel daemon = connect()) {
            assertEquals(1, share(daemon));
            assertEquals(4, daemon.state().getConfig().getRevision());
            assertEquals(0, third.terminate());
        }
    }

    @Test
    void committedDrain_isInTheFile_overAKill_andNoNewRevision() throws Exception {
        String before = Files.readString(config);
        try (DaemonProcess first = DaemonProcess.start(config).awaitReady();
                DaemonChannel daemon = connect()) {
            daemon.control().apply(apply(DRAIN));
            CommitRuntimeResponse committed = daemon.control()
                    .commitRuntime(CommitRuntimeRequest.newBuilder()
                            .setExpectedRevision(2)
                            .build());
            assertEquals(List.of(config.toString()), committed.getFilesList());
            assertEquals(2, committed.getRevision());
            assertEquals(List.of(), runtime(daemon));
            assertEquals(0, share(daemon));
            String written = "{ address = \"10.0.0.2\", order = drain }";
            assertEquals(before.replace("\"10.0.0.2\"", written), Files.readString(config));
            first.kill();
        }
        try (DaemonProcess second = DaemonProcess.start(config).awaitReady();
                DaemonChannel daemon = connect()) {
            assertEquals(0, share(daemon));
            assertEquals(2, daemon.state().getConfig().getRevision());
            assertEquals(List.of(), runtime(daemon));
            assertEquals(3, daemon.control().apply(apply(UNDRAIN)).getRevision());
            daemon.control().commitRuntime(CommitRuntimeRequest.getDefaultInstance());
            assertEquals(1, share(daemon));
            // The watch makes nothing of the commit, and something of the edit that comes after it.
            Files.writeString(config, before.replace(", \"10.0.0.3\"", ""));
            second.awaitLine("Revision 4 is in force, from " + config);
            assertEquals(0, second.terminate());
            assertFalse(second.output().contains("Revision 3 is in force, from"), second::output);
            assertFalse(second.output().contains("Revision 5"), second::output);
        }
    }

    @Test
    void commitIntoFilesThatCannotBeWritten_changesNothing() throws Exception {
        Path etc = Files.createDirectory(dir.resolve("etc"));
        Path readOnly = Files.move(config, etc.resolve("thresher.conf"));
        String mount = "mount --bind " + etc + " " + etc + " && mount -o remount,ro,bind " + etc + " && exec \"$@\"";
        try (DaemonProcess process = DaemonProcess.start(readOnly, "unshare", "-m", "sh", "-c", mount, "sh")
                        .awaitReady();
                DaemonChannel daemon = connect()) {
            daemon.control().apply(apply(DRAIN));
            StatusRuntimeException refusal = assertThrows(
                    StatusRuntimeException.class,
                    () -> daemon.control().commitRuntime(CommitRuntimeRequest.getDefaultInstance()));
            assertEquals(Code.FAILED_PRECONDITION, refusal.getStatus().getCode());
            assertEquals(
                    "cannot write " + readOnly + ": Read-only file system; the runtime changes stay beside the files,"
                            + " which are as they were",
                    refusal.getStatus().getDescription());
            assertEquals(1, runtime(daemon).size());
            assertEquals(0, share(daemon));
            assertEquals(List.of(), daemon.state().getDaemon().getWarningsList());
            assertEquals(0, process.terminate());
        }
    }

    private static void fill(Path filler) throws IOException {
        try (OutputStream out = Files.newOutputStream(filler)) {
            assertThrows(IOException.class, () -> {
                while (true) {
                    out.write(new byte[4096]);
                }
            });
        }
    }

    @Test
    void fullDisk_refusesTheChange_andNothingElse() throws Exception {
        Path state = Files.createDirectory(dir.resolve("state"));
        String mount = "mount -t tmpfs -o size=64k tmpfs " + state + " && exec \"$@\"";
        try (DaemonProcess process = DaemonProcess.start(config, "unshare", "-m", "sh", "-c", mount, "sh")
                        .awaitReady();
                DaemonChannel daemon = connect()) {
            Path filler = Path.of("/proc/" + process.pid() + "/root" + state, "filler");
            fill(filler);
            StatusRuntimeException refusal = assertThrows(
                    StatusRuntimeException.class, () -> daemon.control().apply(apply(DRAIN)));
            assertEquals(Code.FAILED_PRECONDITION, refusal.getStatus().getCode());
            assertTrue(
                    String.valueOf(refusal.getMessage()).contains(state + "/runtime.conf: No space left on device"),
                    refusal::getMessage);
            assertEquals(1, share(daemon));
            assertTrue(
                    daemon.state().getDaemon().getWarningsList().stream()
                            .anyMatch(warning -> warning.contains("No space left on device")),
                    () -> daemon.state().toString());
            Files.delete(filler);
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
