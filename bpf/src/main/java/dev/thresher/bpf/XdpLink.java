// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;

/** A program's attachment to an interface. Unpinned it ends with the process; pinned it stays until {@link #detach}. */
public final class XdpLink implements AutoCloseable {
    // struct bpf_link_info: type, id, program id, then for XDP the interface at offset 16.
    private static final int INFO_LENGTH = 64;
    private static final int INFO_PROGRAM = 8;
    private static final int INFO_IFINDEX = 16;
    // struct bpf_link_create_opts: size, then flags; the rest stays zero.
    private static final int OPTIONS_LENGTH = 56;
    private static final int ATTACH_XDP = 37;

    private final int fd;

    private XdpLink(int fd) {
        this.fd = fd;
    }

    static XdpLink attach(BpfProgram program, int ifindex, XdpMode mode) {
        Pointer options = Native.allocate(OPTIONS_LENGTH);
        options.putLong(0, OPTIONS_LENGTH);
        options.putInt(Long.BYTES, mode.flag);
        int fd = Native.kept(Native.BPF.bpf_link_create(program.fd(), ifindex, ATTACH_XDP, options), options);
        if (fd < 0) {
            String operation = "attach " + program.name() + " to interface " + ifindex + " in " + mode + " mode";
            throw new BpfException(operation, -fd, holder(-fd, ifindex));
        }
        return new XdpLink(fd);
    }

    private static String holder(int errno, int ifindex) {
        if (errno != Errno.EBUSY.intValue()) {
            return "";
        }
        return NetworkInterfaces.attached(ifindex)
                .map(attached -> "the interface has the XDP program with id " + attached.programId()
                        + "; detach that first, see: bpftool net show")
                .orElse("");
    }

    /** Opens a pinned link; empty when nothing is pinned there. */
    public static Optional<XdpLink> openPinned(Path path) {
        int fd = Native.BPF.bpf_obj_get(path.toString());
        if (fd == -Errno.ENOENT.intValue()) {
            return Optional.empty();
        }
        return Optional.of(new XdpLink(Native.check(fd, "bpf_obj_get(" + path + ")")));
    }

    /** The interface, or 0 when it is gone. The number is that of the interface's own network namespace. */
    public int ifindex() {
        return info(INFO_IFINDEX);
    }

    /** Is it on this interface of our network namespace? */
    public boolean isOn(int ifindex) {
        // Numbers repeat from one namespace to the next, programs do not.
        return ifindex() == ifindex
                && NetworkInterfaces.attached(ifindex)
                        .filter(attached -> attached.programId() == programId())
                        .isPresent();
    }

    /** The kernel's id of the attached program. */
    public int programId() {
        return info(INFO_PROGRAM);
    }

    /** Replaces the program in one step: no packet sees neither. */
    public void update(BpfProgram program) {
        Native.check(Native.BPF.bpf_link_update(fd, program.fd(), null), "bpf_link_update(" + program.name() + ")");
    }

    public void pin(Path path) {
        Native.check(Native.BPF.bpf_obj_pin(fd, path.toString()), "bpf_obj_pin(" + path + ")");
    }

    /** Takes the program off the interface; a pin stays, of a link that does nothing. */
    public void detach() {
        Native.check(Native.BPF.bpf_link_detach(fd), "bpf_link_detach()");
    }

    /** Takes the program off the interface and removes the pin. */
    public void detach(Path pin) {
        Native.check(Native.BPF.bpf_link_detach(fd), "bpf_link_detach(" + pin + ")");
        try {
            Files.deleteIfExists(pin);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove the pin " + pin, e);
        }
    }

    @Override
    public void close() {
        Native.C.close(fd);
    }

    private int info(int offset) {
        Pointer info = Native.allocate(INFO_LENGTH);
        Pointer length = Native.intOf(INFO_LENGTH);
        Native.check(
                Native.kept(Native.BPF.bpf_obj_get_info_by_fd(fd, info, length), length),
                "bpf_obj_get_info_by_fd(link)");
        return info.getInt(offset);
    }
}
