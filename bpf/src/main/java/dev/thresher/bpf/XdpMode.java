// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

/** Where the kernel runs an XDP program: in the driver, or later on a socket buffer (slow, but on every interface). */
public enum XdpMode {
    /** The driver if it can, else generic. */
    AUTO(0),
    GENERIC(1 << 1),
    DRIVER(1 << 2);

    final int flag;

    XdpMode(int flag) {
        this.flag = flag;
    }
}
