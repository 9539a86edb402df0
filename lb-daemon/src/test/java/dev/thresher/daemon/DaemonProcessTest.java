// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.InstancePins;
import dev.thresher.bpf.NetworkInterfaces;
import dev.thresher.bpf.NetworkInterfaces.Attached;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The daemon from outside: what it tells of bad input, and that it leaves nothing half done. */
@Timeout(120)
class DaemonProcessTest {
    private static final int FAILED = 1;
    private static final int INVALID = 2;

    /** Nobody in particular, who may read what root may, so that the JVM finds its classes. */
    private static final String[] NOBODY = {
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        "--inh-caps=-all,+dac_read_search",
        "--ambient-caps=-all,+dac_read_search",
        "--bounding-set=-all,+dac_read_search"
    };

    @TempDir
    Path dir;

    private TestInterfaces interfaces;
    private InstancePins pins;
    private String link;

    @BeforeEach
    void makeInterface() throws IOException {
        interfaces = new TestInterfaces();
        pins = new InstancePins(interfaces.instance("a"));
        link = interfaces.veth("a");
    }

    @AfterEach
    void removeInterfaces() throws IOException {
        interfaces.close();
    }

    private Path config(String instance, String interfaceName, String more) throws IOException {
        return Files.writeString(dir.resolve(instance + ".conf"), """
                thresher {
                  instance = %1$s
                  interface = %2$s
                  gateway-mac = "02:00:00:00:00:01"
                  flows.max = 4096
                  api.socket = "%3$s/%1$s.sock"
                  pools.web { reals = [ { address = "10.0.0.2" }, { address = "10.0.0.3" } ], health-check.type = none }
                  vips = [ { address = "203.0.113.10", port = 80, protocol = tcp, pool = web } ]
                  %4$s
                }
                """.formatted(instance, interfaceName, dir, more));
    }

    private Path config() throws IOException {
        return config(pins.instance(), link, "");
    }

    private static Optional<Attached> attached(String interfaceName) {
        return NetworkInterfaces.attached(
                NetworkInterfaces.indexOf(interfaceName).orElseThrow());
    }

    private static int programOn(String interfaceName) {
        return attached(interfaceName).orElseThrow().programId();
    }

    /** It ends with this status and one message, which is no stack trace. */
    private static String assertFails(int status, Path config, String... prefix)
            throws IOException, InterruptedException {
        try (DaemonProcess daemon = DaemonProcess.start(config, prefix)) {
            assertEquals(status, daemon.awaitEnd(), daemon::output);
            String output = daemon.output();

            assertFalse(output.contains("\tat ") || output.contains("Exception"), output);
            return output;
        }
    }

    private void assertNothingIsThere() {
        assertTrue(attached(link).isEmpty());
        assertFalse(pins.exist());
    }

    @Test
    void goodInput_balancesUntilToldToStop_andBeyond() throws Exception {
        Path socket = dir.resolve(pins.instance() + ".sock");
        try (DaemonProcess daemon = DaemonProcess.start(config()).awaitReady()) {
            assertTrue(attached(link).isPresent());
            assertTrue(Files.exists(socket));
            assertEquals(0, daemon.terminate(), daemon::output);
            assertTrue(daemon.output().contains("thresher detach"), daemon::output);
        }
        assertTrue(attached(link).isPresent());
        assertFalse(Files.exists(socket));
    }

    @Test
    void toldToStop_withOnExitDetach_endsTheDataPlane() throws Exception {
        Path config = config(pins.instance(), link, "on-exit = detach");
        try (DaemonProcess daemon = DaemonProcess.start(config).awaitReady()) {
            assertTrue(attached(link).isPresent());
            assertEquals(0, daemon.terminate(), daemon::output);
        }
        assertNothingIsThere();
        try (DaemonProcess daemon = DaemonProcess.start(config).awaitReady()) {
            daemon.kill();
        }
        assertTrue(attached(link).isPresent(), "a crash is not told to stop");
    }

    @Test
    void killed_leavesTheDataPlane_whichTheNextOneTakesOver() throws Exception {
        int program;
        try (DaemonProcess daemon = DaemonProcess.start(config()).awaitReady()) {
            program = programOn(link);
            daemon.kill();
        }
        assertEquals(program, programOn(link));
        assertTrue(pins.exist());
        try (DaemonProcess daemon = DaemonProcess.start(config()).awaitReady()) {
            assertNotEquals(program, programOn(link));
            assertTrue(daemon.output().contains("Replaced the program on " + link), daemon::output);
            assertEquals(0, daemon.terminate());
        }
    }

    @Test
    void secondDaemonOfAnInstance_isRefusedWhateverItsSocket() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(config()).awaitReady()) {
            int program = programOn(link);
            Path other = Files.writeString(
                    dir.resolve("other.conf"),
                    Files.readString(config())
                            .replace(".sock\"", "-other.sock\"")
                            .replace(link, interfaces.veth("b")));
            String output = assertFails(FAILED, other);
            assertTrue(output.contains("another daemon drives instance \"" + pins.instance() + "\""), output);
            assertEquals(program, programOn(link));
            assertEquals(0, daemon.terminate());
        }
    }

    @Test
    void socketOfAnotherDaemon_isRefusedAndNothingStays() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(config()).awaitReady()) {
            String instance = interfaces.instance("b");
            String other = interfaces.veth("b");
            Path config = config(instance, other, "api.socket = \"" + dir.resolve(pins.instance() + ".sock") + "\"");
            String output = assertFails(FAILED, config);
            assertTrue(output.contains("a running daemon serves on it"), output);
            assertTrue(attached(other).isEmpty());
            assertFalse(new InstancePins(instance).exist());
            assertEquals(0, daemon.terminate());
        }
    }

    @Test
    void invalidConfig_isToldWithAllItsErrors() throws Exception {
        Path config = config(pins.instance(), link, "maglev-sed = 1, flows.max = 1000");
        String output = assertFails(INVALID, config);
        assertTrue(output.contains(config + ":"), output);
        assertTrue(output.contains("maglev-seed"), output);
        assertTrue(output.contains("flows.max"), output);
        assertNothingIsThere();
    }

    @Test
    void addressUsedTwice_isTold() throws Exception {
        Path config = config(
                pins.instance(),
                link,
                "vips = ${thresher.vips} [ { address = \"203.0.113.10\", port = 80, protocol = tcp, pool = web } ]");
        String output = assertFails(INVALID, config);
        assertTrue(output.contains("203.0.113.10"), output);
        assertNothingIsThere();
    }

    @Test
    void missingConfig_isTold() throws Exception {
        Path config = dir.resolve("nowhere.conf");
        String output = assertFails(INVALID, config);
        assertTrue(output.contains(config.toString()), output);
    }

    @Test
    void unreadableConfig_isTold() throws Exception {
        // dac_read_search would read it.
        Path config = config();
        Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("---------"));
        String output = assertFails(INVALID, config, "setpriv", "--bounding-set=-all", "--inh-caps=-all");
        assertTrue(output.contains(config.toString()), output);
        assertNothingIsThere();
    }

    @Test
    void interfaceThatDoesNotExist_isTold() throws Exception {
        String output = assertFails(FAILED, config(pins.instance(), "thrdnowhere", ""));
        assertTrue(output.contains("there is no interface thrdnowhere; list them with: ip link"), output);
        assertFalse(pins.exist());
    }

    @Test
    void missingPrivileges_areTold() throws Exception {
        String output = assertFails(FAILED, config(), NOBODY);
        assertTrue(output.contains("the daemon needs privileges"), output);
        assertTrue(output.contains("CAP_BPF"), output);
        assertNothingIsThere();
    }

    @Test
    void rootWithoutCapabilities_isToldTheSame() throws Exception {
        String output = assertFails(FAILED, config(), "setpriv", "--bounding-set=-all", "--inh-caps=-all");
        assertTrue(output.contains("the daemon needs privileges"), output);
        assertNothingIsThere();
    }

    @Test
    void interfaceOfAnotherInstance_isToldAndLeftAlone() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(config()).awaitReady()) {
            assertEquals(0, daemon.terminate());
        }
        int program = programOn(link);
        String other = interfaces.instance("b");
        String output = assertFails(FAILED, config(other, link, ""));
        assertTrue(output.contains("thresher detach --instance " + pins.instance()), output);
        assertEquals(program, programOn(link));
        assertFalse(new InstancePins(other).exist());
    }

    @Test
    void interfaceWithoutXdp_isToldInDriverMode_andWorksInGenericMode() throws Exception {
        String bridge = interfaces.bridge("b");
        String output = assertFails(FAILED, config(pins.instance(), bridge, "xdp-mode = driver"));
        assertTrue(output.contains("cannot attach to " + bridge), output);
        assertTrue(output.contains("xdp-mode = generic"), output);
        assertTrue(attached(bridge).isEmpty());
        assertFalse(pins.exist());

        try (DaemonProcess daemon =
                DaemonProcess.start(config(pins.instance(), bridge, "")).awaitReady()) {
            assertTrue(daemon.output().contains(bridge + " runs XDP in generic mode"), daemon::output);
            assertEquals("GENERIC", attached(bridge).orElseThrow().mode().name());
            assertEquals(0, daemon.terminate());
        }
    }

    @Test
    void missingBpffs_isMounted() throws Exception {
        String[] withoutBpffs = {"unshare", "--mount", "sh", "-c", "umount /sys/fs/bpf; exec \"$@\"", "sh"};
        try (DaemonProcess daemon = DaemonProcess.start(config(), withoutBpffs).awaitReady()) {
            assertTrue(daemon.output().contains("Mounted bpffs on /sys/fs/bpf"), daemon::output);
            Path mounted = Path.of("/proc/" + daemon.pid() + "/root" + pins.link());
            assertTrue(Files.exists(mounted), mounted::toString);
            assertTrue(attached(link).isPresent());
            assertEquals(0, daemon.terminate());
        }
        assertFalse(pins.exist(), "it was another bpffs");
    }
}
