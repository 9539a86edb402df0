// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.InstancePins;
import dev.thresher.bpf.NetworkInterfaces;
import dev.thresher.config.ApiSettings;
import dev.thresher.config.CapacitySettings;
import dev.thresher.config.Config;
import dev.thresher.config.EncapsulationSettings;
import dev.thresher.config.FlowSettings;
import dev.thresher.config.Interface;
import dev.thresher.config.OnExit;
import dev.thresher.config.XdpMode;
import dev.thresher.daemon.datapath.KernelDatapath;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On this machine's kernel, with an interface and an instance of its own. */
@Timeout(60)
final class DetachCommandTest {
    private static final long PID = ProcessHandle.current().pid();

    private final InstancePins pins = new InstancePins("test-" + PID + "-detach");
    private final String link = "thrd" + PID + "d";

    @BeforeEach
    void makeInterface() throws Exception {
        removeInterface();
        assertEquals(
                0, ip("link", "add", link, "type", "veth", "peer", "name", link + "p"), "these tests must run as root");
        assertEquals(0, ip("link", "set", link, "up"));
    }

    @AfterEach
    void removeInterface() throws Exception {
        pins.detach();
        ip("link", "del", link);
    }

    private static int ip(String... arguments) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(arguments).redirectErrorStream(true);
        builder.command().add(0, "ip");
        Process process = builder.start();
        process.getInputStream().readAllBytes();
        return process.waitFor();
    }

    private KernelDatapath attach() throws Exception {
        Config config = new Config(
                pins.instance(),
                new Interface(link, XdpMode.AUTO, null),
                EncapsulationSettings.DEFAULT,
                FlowSettings.DEFAULT,
                CapacitySettings.DEFAULT,
                OnExit.KEEP,
                ApiSettings.forInstance(pins.instance()),
                0,
                List.of(),
                List.of());
        KernelDatapath datapath = KernelDatapath.open(config);
        datapath.activate();
        return datapath;
    }

    private boolean isAttached() {
        return NetworkInterfaces.attached(NetworkInterfaces.indexOf(link).orElseThrow())
                .isPresent();
    }

    @Test
    void instance_isDetached_andNothingStays() throws Exception {
        attach().close();
        CliRun run = CliRun.of("detach", "--instance", pins.instance());

        assertEquals(
                List.of("Detached instance \"" + pins.instance() + "\" from " + link + "."), run.outLines(), run.err());
        assertEquals(0, run.exitCode());
        assertFalse(isAttached());
        assertFalse(pins.exist());
    }

    @Test
    void interface_namesTheInstance() throws Exception {
        attach().close();
        CliRun run = CliRun.of("detach", "--interface", link);

        assertEquals(
                List.of("Detached instance \"" + pins.instance() + "\" from " + link + "."), run.outLines(), run.err());
        assertFalse(isAttached());
    }

    @Test
    void instanceWhoseInterfaceIsGone_isRemoved() throws Exception {
        attach().close();
        ip("link", "del", link);
        CliRun run = CliRun.of("detach", "--instance", pins.instance());

        assertEquals(
                List.of("Detached instance \"" + pins.instance() + "\", whose interface is gone."),
                run.outLines(),
                run.err());
        assertFalse(pins.exist());
    }

    @Test
    void pinsWithoutALink_areRemoved() throws Exception {
        attach().close();
        Files.delete(pins.link());
        CliRun run = CliRun.of("detach", "--instance", pins.instance());

        assertEquals(0, run.exitCode(), run.err());
        assertFalse(pins.exist());
    }

    @Test
    void nothingThere_isAnError() {
        CliRun run = CliRun.of("detach", "--instance", pins.instance());
        assertEquals(
                List.of("thresher: nothing is there of instance \"" + pins.instance() + "\": no " + pins.directory()),
                run.errLines());
        assertEquals(1, run.exitCode());
    }

    @Test
    void runningDaemon_isNotDetached_unlessForced() throws Exception {
        try (KernelDatapath running = attach()) {
            CliRun refused = CliRun.of("detach", "--instance", pins.instance());
            assertEquals(1, refused.exitCode());
            assertEquals(
                    "thresher: the daemon of instance \"" + pins.instance() + "\" is running.",
                    refused.errLines().get(0));
            assertTrue(refused.err().contains("--force"), refused.err());
            assertTrue(isAttached());
            assertEquals(XdpMode.DRIVER, running.mode());

            CliRun forced = CliRun.of("detach", "--instance", pins.instance(), "--force");
            assertEquals(0, forced.exitCode(), forced.err());
            assertFalse(isAttached());
        }
        assertFalse(pins.exist());
    }

    @Test
    void interfaceWithoutAProgram_isAnError() {
        CliRun run = CliRun.of("detach", "--interface", link);
        assertEquals(List.of("thresher: no program is on " + link), run.errLines());
        assertEquals(1, run.exitCode());
    }

    @Test
    void interfaceThatDoesNotExist_isInvalid() {
        CliRun run = CliRun.of("detach", "--interface", "nowhere");
        assertEquals(2, run.exitCode());
        assertTrue(run.err().contains("there is no interface nowhere"), run.err());
    }

    @Test
    void nameThatLeadsElsewhere_isInvalid() {
        CliRun run = CliRun.of("detach", "--instance", "../other");
        assertEquals(2, run.exitCode());
        assertTrue(run.err().contains("does not name an instance"), run.err());
    }
}
