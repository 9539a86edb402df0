// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.layout.MapNames;
import dev.thresher.bpf.layout.ProgramSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class BpfObjectTest {
    @BeforeAll
    static void requireRoot() {
        Privileges.require();
    }

    @Test
    void settings_in_the_kernel_are_those_that_were_set() {
        try (LoadedProgram lb = LoadedProgram.load()) {
            byte[] settings =
                    lb.object().map(".rodata").lookup(LoadedProgram.key(0)).orElseThrow();
            assertEquals(TestSettings.DEFAULT, ProgramSettings.decode(settings));
            assertEquals(ProgramSettings.ABI_VERSION, ProgramSettings.versionOf(settings));
        }
    }

    @Test
    void settings_of_a_wrong_size_are_refused() {
        try (BpfObject object = BpfObject.open("lb.bpf.o")) {
            Refusal.of(() -> object.setReadOnlyData(new byte[4])).says(".rodata, 4 bytes");
        }
    }

    @Test
    void sizes_are_those_that_were_set() {
        try (LoadedProgram lb = LoadedProgram.load()) {
            assertEquals(
                    TestSettings.DEFAULT.flowPairs(),
                    lb.object().map(MapNames.FLOWS).info().maxEntries());
        }
    }

    @Test
    void reused_map_keeps_its_entries() {
        try (LoadedProgram first = LoadedProgram.load();
                BpfObject second = LoadedProgram.open(TestSettings.DEFAULT)) {
            BpfMap servers = first.object().map(MapNames.QUIC_SERVERS);
            servers.update(new byte[24], LoadedProgram.key(7));
            second.reuse(MapNames.QUIC_SERVERS, servers);
            second.load();
            assertTrue(second.map(MapNames.QUIC_SERVERS).lookup(new byte[24]).isPresent());
            assertEquals(
                    servers.info().id(),
                    second.map(MapNames.QUIC_SERVERS).info().id());
        }
    }

    @Test
    void map_outlives_the_object_that_made_it() throws Exception {
        try (TestPin pin = TestPin.named("object")) {
            try (LoadedProgram lb = LoadedProgram.load()) {
                BpfMap servers = lb.object().map(MapNames.QUIC_SERVERS);
                servers.update(new byte[24], LoadedProgram.key(7));
                servers.pin(pin.toString());
            }
            try (BpfMap servers =
                    BpfMap.openPinned(MapNames.QUIC_SERVERS, pin.toString()).orElseThrow()) {
                int[] entries = {0};
                servers.forEach((key, value) -> entries[0]++);
                assertEquals(1, entries[0]);
            }
        }
    }

    @Test
    void missing_names_are_named() {
        try (BpfObject object = BpfObject.open("decap.bpf.o").load()) {
            Refusal.of(() -> object.map("nothing")).says("decap.bpf.o has no map nothing");
            Refusal.of(() -> object.program("nothing")).says("decap.bpf.o has no program nothing");
        }
        assertThrows(IllegalArgumentException.class, () -> BpfObject.open("nothing.o"));
    }

    @Test
    void bytes_that_are_no_object_are_refused() {
        byte[] rubbish = "this is not ELF".getBytes(US_ASCII);
        Refusal.of(() -> BpfObject.open("rubbish", rubbish)).says("bpf_object__open_mem(rubbish)");
    }

    @Test
    void refused_program_is_told_with_the_end_of_the_verifiers_log() throws IOException {
        byte[] image = Files.readAllBytes(Path.of("target/test-classes/rejected.bpf.o"));
        try (BpfObject object = BpfObject.open("rejected.bpf.o", image)) {
            Refusal.of(object::load)
                    .is(Errno.EACCES)
                    .says(
                            "bpf_object__load(rejected.bpf.o): EACCES",
                            "pointer arithmetic on pkt_end prohibited",
                            "processed ");
        }
    }

    @Test
    void log_is_kept_when_asked_for() {
        try (BpfObject object = LoadedProgram.open(TestSettings.DEFAULT)) {
            assertThrows(IllegalStateException.class, () -> object.log("lb"));
            object.keepLog("lb");
            object.load();
            assertTrue(object.log("lb").contains("verification time"));
        }
    }

    @Test
    void clock_knows_hz_and_goes_forward() {
        try (KernelClock clock = KernelClock.open()) {
            assertTrue(Optional.of(clock.hz())
                    .filter(hz -> hz >= 100 && hz <= 1000)
                    .isPresent());
            long before = clock.jiffies();
            assertTrue(clock.jiffies() >= before);
        }
    }
}
