// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.thresher.api.v1.State;
import dev.thresher.api.v1.Vip;
import dev.thresher.bpf.InstancePins;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A daemon whose configuration is edited while it runs. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReloadProcessTest {
    private static final String WEB = "{ address = \"203.0.113.10\", port = 80, pool = web }";
    private static final String TLS = "{ address = \"203.0.113.10\", port = 443, pool = web }";
    private static final String REVISION_IN_FORCE = "is in force";
    private static final String IGNORED = "SIGHUP is ignored";

    @TempDir
    Path dir;

    private TestInterfaces interfaces;
    private InstancePins pins;
    private String link;
    private Path config;
    private DaemonProcess daemon;

    @BeforeEach
    void start() throws IOException {
        interfaces = new TestInterfaces();
        pins = new InstancePins(interfaces.instance("a"));
        config = dir.resolve("thresher.conf");
        link = interfaces.veth("a");
        Files.writeString(config, text(WEB));
        daemon = DaemonProcess.start(config).awaitReady();
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
        interfaces.close();
    }

    private String text(String vips) {
        return """
            thresher {
              instance = %1$s
              interface = %2$s
              gateway-mac = "02:00:00:00:00:01"
              flows.max = 4096
              api.socket = "%3$s/api.sock"
              state-directory = "%3$s/state"
              pools.web { reals = [ "10.0.0.2", "10.0.0.3" ] }
              vips = [ %4$s ]
            }
            """.formatted(pins.instance(), link, dir, vips);
    }

    private State state() {
        try (DaemonChannel channel = new DaemonChannel(dir.resolve("api.sock"))) {
            return channel.state();
        }
    }

    private static List<String> vips(State state) {
        return state.getVipsList().stream().map(Vip::getKey).toList();
    }

    @Test
    void edit_isInForceWithoutARestart_andAnInvalidOneIsToldUntilItIsMended() throws Exception {
        // As an editor does that writes a new file and renames it.
        Path edited = Files.writeString(dir.resolve("thresher.conf.new"), text(WEB + ", " + TLS));
        Files.move(edited, config, StandardCopyOption.ATOMIC_MOVE);
        daemon.awaitLine(REVISION_IN_FORCE);
        State now = state();
        assertEquals(List.of("203.0.113.10:80/tcp", "203.0.113.10:443/tcp"), vips(now));
        assertEquals(2, now.getConfig().getRevision());

        Files.writeString(config, text(WEB + ", { address = \"203.0.113.10\", port = 0, pool = wbe }"));
        daemon.awaitLine("stays in force");
        now = state();
        assertEquals(2, vips(now).size());
        assertEquals(2, now.getConfig().getProblemsCount(), now::toString);
        assertEquals(config.toString(), now.getConfig().getProblems(0).getFile());
        assertEquals(9, now.getConfig().getProblems(0).getLine());
        assertTrue(daemon.output().contains(config + ":9: thresher.vips[1].port: "), daemon::output);

        Files.writeString(config, text(TLS));
        daemon.awaitLine(REVISION_IN_FORCE);
        now = state();
        assertEquals(List.of("203.0.113.10:443/tcp"), vips(now));
        assertEquals(0, now.getConfig().getProblemsCount());
        assertEquals(0, daemon.terminate());
    }

    /** As nohup starts it. */
    @Test
    void hangupThatIsIgnored_isToldAtTheStart() throws Exception {
        daemon.terminate();
        try (DaemonProcess deaf = DaemonProcess.start(config, "sh", "-c", "trap '' HUP; exec \"$@\"", "sh")) {
            deaf.awaitReady();
            assertTrue(deaf.output().contains(IGNORED), deaf::output);
            deaf.hangup();
            assertEquals(0, deaf.terminate());
            assertFalse(deaf.output().contains("reading the configuration again"), deaf::output);
        }
    }

    @Test
    void hangup_readsTheFilesAgain_andDoesNotEndTheDaemon() throws Exception {
        assumeFalse(daemon.output().contains(IGNORED), "these tests were started with SIGHUP ignored");
        daemon.hangup();
        daemon.awaitLine("SIGHUP: reading the configuration again");
        assertEquals(1, state().getConfig().getRevision());
        assertEquals(0, daemon.terminate());
    }

    @Test
    void fileInTheFolder_counts() throws Exception {
        Files.createDirectory(dir.resolve("conf.d"));
        Files.writeString(dir.resolve("conf.d/tls.conf"), "thresher.vips += " + TLS);
        daemon.awaitLine(REVISION_IN_FORCE);
        assertEquals(List.of("203.0.113.10:80/tcp", "203.0.113.10:443/tcp"), vips(state()));
        Files.delete(dir.resolve("conf.d/tls.conf"));
        daemon.awaitLine(REVISION_IN_FORCE);
        assertEquals(List.of("203.0.113.10:80/tcp"), vips(state()));
        assertEquals(0, daemon.terminate());
    }

    @Test
    void changeOfASettingThatNeedsARestart_isRefusedInWords() throws Exception {
        Files.writeString(config, text(TLS).replace("flows.max = 4096", "flows.max = 4096, maglev-seed = 7"));
        daemon.awaitLine("stays in force");
        assertTrue(daemon.output().contains("thresher.maglev-seed: this setting holds"), daemon::output);
        assertEquals(List.of("203.0.113.10:80/tcp"), vips(state()));
        assertEquals(0, daemon.terminate());
    }
}
