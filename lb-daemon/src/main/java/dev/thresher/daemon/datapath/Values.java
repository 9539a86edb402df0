// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfMap;

/** The values of an array map that say something. */
final class Values {
    private Values() {}

    /** Is called with values of which not all bytes are zero. */
    @FunctionalInterface
    interface Visitor {
        void visit(int index, byte[] value);
    }

    /** Visits indexes below {@code count}. */
    static void visit(BpfMap array, int count, Visitor visitor) {
        array.visitArray(count, (index, value) -> {
            for (byte each : value) {
                if (each != 0) {
                    visitor.visit(index, value.clone());
                    return;
                }
            }
        });
    }
}
