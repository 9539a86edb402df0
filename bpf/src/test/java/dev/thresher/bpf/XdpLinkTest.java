// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Programs on a real interface: attached, pinned, replaced, found again and taken off. */
class XdpLinkTest {
    private final InstancePins pins =
            new InstancePins("test-" + ProcessHandle.current().pid());
    private VethPair veth;
    private BpfObject object;
    private BpfProgram program;
    private BpfProgram other;

    @BeforeEach
    void setUp() throws IOException {
        Privileges.require();
        BpfFs.ensureMounted();
        veth = VethPair.create();
        object = BpfObject.open("decap.bpf.o").load();
        program = object.program("pass");
        other = object.program("decap");
        Files.createDirectories(pins.directory());
    }

    @AfterEach
    void tearDown() {
        pins.remove();
        object.close();
        veth.close();
    }

    private Optional<NetworkInterfaces.Attached> attached() {
        return NetworkInterfaces.attached(veth.index());
    }

    private XdpMode mode() {
        return attached().orElseThrow().mode();
    }

    @Test
    void interface_without_a_program_says_so() {
        assertEquals(Optional.empty(), attached());
        assertEquals(OptionalInt.empty(), NetworkInterfaces.indexOf("thrt-no-such"));
    }

    @Test
    void driver_mode_runs_in_the_driver() {
        try (XdpLink link = program.attachXdp(veth.index(), XdpMode.DRIVER)) {
            assertEquals(XdpMode.DRIVER, mode());
            assertEquals(veth.index(), link.ifindex());
            assertEquals(attached().orElseThrow().programId(), link.programId());
        }
    }

    @Test
    void generic_mode_runs_on_socket_buffers() {
        try (XdpLink link = program.attachXdp(veth.index(), XdpMode.GENERIC)) {
            assertEquals(XdpMode.GENERIC, mode());
            assertEquals(veth.index(), link.ifindex());
        }
    }

    @Test
    void mode_auto_prefers_the_driver() {
        try (XdpLink link = program.attachXdp(veth.index(), XdpMode.AUTO)) {
            assertEquals(XdpMode.DRIVER, mode());
            assertEquals(veth.index(), link.ifindex());
        }
    }

    @Test
    void link_that_is_not_pinned_ends_when_it_is_closed() {
        program.attachXdp(veth.index(), XdpMode.DRIVER).close();
        assertEquals(Optional.empty(), attached());
    }

    @Test
    void pinned_link_outlives_its_owner_and_is_found_again() {
        try (XdpLink link = program.attachXdp(veth.index(), XdpMode.DRIVER)) {
            link.pin(pins.link());
        }
        int programId = attached().orElseThrow().programId();
        try (XdpLink adopted = XdpLink.openPinned(pins.link()).orElseThrow()) {
            assertEquals(veth.index(), adopted.ifindex());
            assertEquals(programId, adopted.programId());
        }
        assertEquals(Optional.of(pins.instance()), InstancePins.holderOf(programId));
    }

    @Test
    void nothing_pinned_is_no_link() {
        assertTrue(XdpLink.openPinned(pins.link()).isEmpty());
    }

    @Test
    void update_replaces_the_program_in_place() {
        try (XdpLink link = program.attachXdp(veth.index(), XdpMode.DRIVER)) {
            int before = link.programId();
            link.update(other);
            assertNotEquals(before, link.programId());
            assertEquals(attached().orElseThrow().programId(), link.programId());
            assertEquals(XdpMode.DRIVER, mode());
        }
    }

    @Test
    void adopted_link_can_be_updated() {
        try (XdpLink link = program.attachXdp(veth.index(), XdpMode.DRIVER)) {
            link.pin(pins.link());
        }
        int before = attached().orElseThrow().programId();
        try (XdpLink adopted = XdpLink.openPinned(pins.link()).orElseThrow()) {
            adopted.update(other);
        }
        assertNotEquals(before, attached().orElseThrow().programId());
    }

    @Test
    void detach_frees_the_interface_and_removes_the_pin() {
        try (XdpLink link = program.attachXdp(veth.index(), XdpMode.DRIVER)) {
            link.pin(pins.link());
            link.detach(pins.link());
            assertEquals(Optional.empty(), attached());
            assertFalse(Files.exists(pins.link()));
            assertEquals(0, link.ifindex());
        }
    }

    @Test
    void detaching_an_instance_removes_all_its_pins() {
        try (XdpLink link = program.attachXdp(veth.index(), XdpMode.DRIVER)) {
            link.pin(pins.link());
        }
        program.pin(pins.before());
        assertTrue(pins.exist());
        assertTrue(pins.detach());
        assertEquals(Optional.empty(), attached());
        assertFalse(pins.exist());
        assertFalse(pins.detach());
    }

    @Test
    void link_of_an_interface_that_is_gone_can_be_let_go() {
        try (XdpLink link = program.attachXdp(veth.index(), XdpMode.DRIVER)) {
            link.pin(pins.link());
            veth.delete();
            assertEquals(0, link.ifindex());
            link.detach(pins.link());
            assertFalse(Files.exists(pins.link()));
        }
    }

    @Test
    void second_program_on_an_interface_is_refused_by_name() {
        try (XdpLink link = program.attachXdp(veth.index(), XdpMode.DRIVER)) {
            Refusal refused = Refusal.of(() -> other.attachXdp(veth.index(), XdpMode.DRIVER));
            refused.is(Errno.EBUSY);
            assertEquals(
                    "attach decap to interface " + veth.index() + " in DRIVER mode: EBUSY (Device or resource busy)\n"
                            + "  the interface has the XDP program with id " + link.programId()
                            + "; detach that first, see: bpftool net show",
                    refused.message());
        }
    }

    @Test
    void interface_that_does_not_exist_is_an_error() {
        int gone = veth.index();
        veth.delete();
        Refusal.of(() -> program.attachXdp(gone, XdpMode.DRIVER)).says("attach pass to interface " + gone);
    }

    @Test
    void pin_on_a_path_that_is_taken_is_an_error() {
        program.pin(pins.before());
        Refusal.of(() -> other.pin(pins.before()))
                .is(Errno.EEXIST)
                .says(pins.before().toString());
    }

    @Test
    void pin_outside_bpffs_is_an_error() {
        Path outside = Path.of(System.getProperty("java.io.tmpdir"), "thrt-no-pin");
        Refusal.of(() -> program.pin(outside)).says(outside.toString());
        assertFalse(Files.exists(outside));
    }
}
