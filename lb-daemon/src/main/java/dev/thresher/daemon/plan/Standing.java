// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.plan;

/** How a real server stands, as far as its traffic is concerned. */
public enum Standing {
    /** Its probes pass. */
    UP,
    /** Its probes fail. */
    DOWN,
    /** Nobody has judged it yet. */
    UNKNOWN,
    /** It keeps its flows, by order. */
    DRAIN,
    /** It takes no part, by order, or because no packet would reach it. */
    OUT
}
