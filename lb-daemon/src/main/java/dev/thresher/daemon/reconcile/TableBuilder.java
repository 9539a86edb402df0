// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.reconcile;

import java.net.InetAddress;
import java.util.List;

/** Builds a VIP's Maglev table. Called by several threads at once. */
@FunctionalInterface
public interface TableBuilder {
    /** A member's id, identity and share; weights are above 0. */
    record Entry(int id, InetAddress real, int weight) {}

    /** Member ids by slot; {@code entries} is not empty, and its order means nothing. */
    int[] build(List<Entry> entries);
}
