// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import jnr.constants.platform.Errno;

/** A call into libbpf or the kernel failed. The message names the call, its object and errno. */
public final class BpfException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    BpfException(String message) {
        super(message);
        this.errno = 0;
    }

    BpfException(String message, Throwable cause) {
        super(message, cause);
        this.errno = 0;
    }

    BpfException(String operation, int errno) {
        super(operation + ": " + describe(errno));
        this.errno = errno;
    }

    BpfException(String operation, int errno, String details) {
        super(operation + ": " + describe(errno)
                + (details.isEmpty() ? "" : "\n" + details.indent(2).stripTrailing()));
        this.errno = errno;
    }

    /** The errno, or 0 when the failure has none. */
    public int errno() {
        return errno;
    }

    /** Is this the errno of that name? */
    public boolean is(Errno name) {
        return errno == name.intValue();
    }

    private static String describe(int errno) {
        Errno name = Errno.valueOf(errno);
        String hint = switch (name) {
            case EPERM -> "; run as root, or with CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON and CAP_SYS_ADMIN";
            case ENOMEM -> "; the kernel has no memory for a map of this size";
            default -> "";
        };
        return name.name() + " (" + name.description() + ")" + hint;
    }
}
