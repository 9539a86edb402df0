// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.realserver;

/** An address family: as {@code ip} takes it, and what its header has. */
enum Family {
    IPV4("-4", "IPv4", 20),
    IPV6("-6", "IPv6", 40);

    /** Bytes of a TCP header without options. */
    private static final int TCP_HEADER = 20;

    final String option;
    final String label;
    /** Bytes. */
    final int header;

    Family(String option, String label, int header) {
        this.option = option;
        this.label = label;
        this.header = header;
    }

    /** The largest TCP segment in an IP packet of so many bytes. */
    int segment(int packet) {
        return packet - header - TCP_HEADER;
    }
}
