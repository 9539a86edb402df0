// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import jnr.constants.platform.Errno;

/**
 * A program on what an interface sends. As a link (tcx, since Linux 6.6) where the kernel has that: it ends with the
 * process. Else as a filter of the clsact qdisc, which a process that is killed leaves behind; whoever attaches next in
 * its place replaces it.
 */
public interface TcEgress extends AutoCloseable {
    /**
     * Attaches a program of type {@code tc} in the network namespace of the calling thread.
     *
     * @param handle tells the filter from others on the interface, above 0; one with the same handle is replaced
     */
    static TcEgress attach(BpfProgram program, int ifindex, int handle) {
        try {
            return TcxLink.attach(program, ifindex);
        } catch (BpfException e) {
            // What a kernel says that has not heard of tcx.
            if (!e.is(Errno.EINVAL)) {
                throw e;
            }
            return TcFilter.attach(program, ifindex, handle);
        }
    }

    /** Is it still there? Others may have removed it, or the interface. */
    boolean isAttached();

    /** Takes the program off the interface, if it is still there. */
    @Override
    void close();
}
