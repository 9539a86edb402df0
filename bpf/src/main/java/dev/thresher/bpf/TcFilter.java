// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;

/** {@link TcEgress} by a filter of the clsact qdisc, for kernels before 6.6. The qdisc stays: others may use it too. */
final class TcFilter implements TcEgress {
    private static final int EGRESS = 1 << 1;
    private static final int REPLACE = 1;
    /** Ours are asked before those of the usual priorities, which count from 1 in steps of their own. */
    private static final int PRIORITY = 1;

    // struct bpf_tc_hook
    private static final int HOOK_LENGTH = 24;
    private static final int HOOK_IFINDEX = 8;
    private static final int HOOK_POINT = 12;
    // struct bpf_tc_opts
    private static final int OPTIONS_LENGTH = 32;
    private static final int OPTIONS_PROGRAM_FD = 8;
    private static final int OPTIONS_FLAGS = 12;
    private static final int OPTIONS_PROGRAM_ID = 16;
    private static final int OPTIONS_HANDLE = 20;
    private static final int OPTIONS_PRIORITY = 24;

    private final int ifindex;
    private final int handle;
    private final int programId;

    private TcFilter(int ifindex, int handle, int programId) {
        this.ifindex = ifindex;
        this.handle = handle;
        this.programId = programId;
    }

    static TcFilter attach(BpfProgram program, int ifindex, int handle) {
        String operation = "attach " + program.name() + " to what interface " + ifindex + " sends (clsact)";
        Pointer hook = hook(ifindex);
        int created = Native.kept(Native.BPF.bpf_tc_hook_create(hook), hook);
        if (created != -Errno.EEXIST.intValue()) {
            Native.check(created, operation);
        }
        Pointer options = options(handle);
        options.putInt(OPTIONS_PROGRAM_FD, program.fd());
        options.putInt(OPTIONS_FLAGS, REPLACE);
        Native.check(Native.kept(Native.BPF.bpf_tc_attach(hook, options), hook, options), operation);
        return new TcFilter(ifindex, handle, options.getInt(OPTIONS_PROGRAM_ID));
    }

    @Override
    public boolean isAttached() {
        Pointer hook = hook(ifindex);
        Pointer options = options(handle);
        int result = Native.kept(Native.BPF.bpf_tc_query(hook, options), hook, options);
        return result == 0 && options.getInt(OPTIONS_PROGRAM_ID) == programId;
    }

    @Override
    public void close() {
        if (isAttached()) {
            Pointer hook = hook(ifindex);
            Pointer options = options(handle);
            Native.check(
                    Native.kept(Native.BPF.bpf_tc_detach(hook, options), hook, options),
                    "detach what interface " + ifindex + " sends (clsact)");
        }
    }

    private static Pointer hook(int ifindex) {
        Pointer hook = Native.allocate(HOOK_LENGTH);
        hook.putLong(0, HOOK_LENGTH);
        hook.putInt(HOOK_IFINDEX, ifindex);
        hook.putInt(HOOK_POINT, EGRESS);
        return hook;
    }

    private static Pointer options(int handle) {
        Pointer options = Native.allocate(OPTIONS_LENGTH);
        options.putLong(0, OPTIONS_LENGTH);
        options.putInt(OPTIONS_HANDLE, handle);
        options.putInt(OPTIONS_PRIORITY, PRIORITY);
        return options;
    }
}
