// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import jnr.ffi.Pointer;

/** {@link TcEgress} by a link of the kernel's own kind for it, Linux 6.6 and later. */
final class TcxLink implements TcEgress {
    private static final int ATTACH_TCX_EGRESS = 47;
    // struct bpf_link_create_opts: the size, the rest stays zero.
    private static final int OPTIONS_LENGTH = 56;
    // struct bpf_link_info: for tcx the interface is at offset 16; 0 when it is gone.
    private static final int INFO_LENGTH = 64;
    private static final int INFO_IFINDEX = 16;

    private final int fd;

    private TcxLink(int fd) {
        this.fd = fd;
    }

    static TcxLink attach(BpfProgram program, int ifindex) {
        Pointer options = Native.allocate(OPTIONS_LENGTH);
        options.putLong(0, OPTIONS_LENGTH);
        int fd = Native.kept(Native.BPF.bpf_link_create(program.fd(), ifindex, ATTACH_TCX_EGRESS, options), options);
        return new TcxLink(
                Native.check(fd, "attach " + program.name() + " to what interface " + ifindex + " sends (tcx)"));
    }

    @Override
    public boolean isAttached() {
        Pointer info = Native.allocate(INFO_LENGTH);
        Pointer length = Native.intOf(INFO_LENGTH);
        int result = Native.kept(Native.BPF.bpf_obj_get_info_by_fd(fd, info, length), length);
        return Native.check(result, "bpf_obj_get_info_by_fd(tcx link)") == 0 && info.getInt(INFO_IFINDEX) != 0;
    }

    @Override
    public void close() {
        Native.C.close(fd);
    }
}
