// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import java.util.Optional;
import java.util.OptionalInt;
import jnr.ffi.Pointer;

/** Interfaces of the network namespace that the process is in. */
public final class NetworkInterfaces {
    // struct bpf_xdp_query_opts
    private static final int QUERY_LENGTH = 40;
    private static final int QUERY_PROGRAM = 8;
    private static final int QUERY_MODE = 24;

    private static final int ATTACHED_GENERIC = 2;
    private static final int NAME_BYTES = 16;

    private NetworkInterfaces() {}

    /** An attached XDP program: the kernel's id of it, and where it runs. */
    public record Attached(int programId, XdpMode mode) {}

    public static OptionalInt indexOf(String name) {
        int index = Native.C.if_nametoindex(name);
        return index > 0 ? OptionalInt.of(index) : OptionalInt.empty();
    }

    public static Optional<String> nameOf(int ifindex) {
        Pointer name = Native.allocate(NAME_BYTES);
        return Native.C.if_indextoname(ifindex, name) == null ? Optional.empty() : Optional.of(name.getString(0));
    }

    /** The XDP program on an interface. */
    public static Optional<Attached> attached(int ifindex) {
        Pointer query = Native.allocate(QUERY_LENGTH);
        query.putLong(0, QUERY_LENGTH);
        Native.check(Native.BPF.bpf_xdp_query(ifindex, 0, query), "bpf_xdp_query(interface " + ifindex + ")");
        int program = query.getInt(QUERY_PROGRAM);
        int mode = query.getByte(QUERY_MODE);
        if (program == 0) {
            return Optional.empty();
        }
        return Optional.of(new Attached(program, mode == ATTACHED_GENERIC ? XdpMode.GENERIC : XdpMode.DRIVER));
    }
}
