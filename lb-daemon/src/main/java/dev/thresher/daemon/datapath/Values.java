// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfMap;

/** The values of an array map. */
final class Values {
    private Values() {}

    /** Is called with values of which not all bytes are zero. */
    @FunctionalInterface
    interface Visitor {
        void visit(int index, byte[] value);
    }

    /** Visits indexes below {@code count} whose values say something. */
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

    /**
     * A value of one map for another whose values, or each CPU's part of them, are longer or shorter: what came later is at
     * the end, and is zero where nobody wrote it.
     */
    static byte[] fit(byte[] value, BpfMap from, BpfMap to) {
        int parts = from.valueBytes() / from.perCpuStride();
        int length = to.valueBytes() / parts;
        byte[] fitted = new byte[to.valueBytes()];
        for (int part = 0; part < parts; part++) {
            System.arraycopy(
                    value, part * from.perCpuStride(), fitted, part * length, Math.min(from.perCpuStride(), length));
        }
        return fitted;
    }
}
