// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

/** How packets for a VIP of the lab get to its real servers: each way has a TCP port of its own on both VIPs. */
public enum Way {
    /** By IP in IP, to the real servers' addresses of the VIP's family. */
    IPIP(80, "ipip", false),
    /** By GUE, to addresses of the VIP's family. */
    GUE(81, "gue", false),
    /** By IP in IP, to addresses of the other family. */
    IPIP_ACROSS(82, "ipip", true),
    /** By GUE, to addresses of the other family. */
    GUE_ACROSS(83, "gue", true);

    private final int port;
    private final String encapsulation;
    private final boolean across;

    Way(int port, String encapsulation, boolean across) {
        this.port = port;
        this.encapsulation = encapsulation;
        this.across = across;
    }

    /** The TCP port, where HTTP is served. */
    public int port() {
        return port;
    }

    /** The pool that a VIP has for it. */
    String pool(boolean vipIsIpv6) {
        return pool(encapsulation, vipIsIpv6 != across);
    }

    static String pool(String encapsulation, boolean realsAreIpv6) {
        return encapsulation + (realsAreIpv6 ? "6" : "4");
    }
}
