// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfMap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Members' counters on their way to another map, while the program counts on in the first. What it counts after the copy
 * was made goes to those of member 0, who does not exist and stands for members that are gone: sums stay right.
 */
final class MovedCounters {
    private static final int NOBODY = 0;

    private final BpfMap from;
    private final BpfMap to;
    private long[] copied = {};

    MovedCounters(BpfMap from, BpfMap to) {
        this.from = from;
        this.to = to;
    }

    /** @param ids the new id of each old one; 0 for members that are gone */
    void copy(int[] ids) {
        long[] all = new long[words()];
        long[] gone = new long[words()];
        Values.visit(from, from.info().maxEntries(), (id, value) -> {
            byte[] fitted = Values.fit(value, from, to);
            add(all, fitted);
            if (ids[id] == NOBODY) {
                add(gone, fitted);
            } else {
                to.update(Keys.of(ids[id]), fitted);
            }
        });
        put(gone);
        copied = all;
    }

    /** Once the other program is at work. */
    void addRest() {
        long[] all = new long[words()];
        Values.visit(from, from.info().maxEntries(), (id, value) -> add(all, Values.fit(value, from, to)));
        long[] rest = new long[words()];
        add(rest, to.lookup(Keys.of(NOBODY)).orElseThrow());
        for (int i = 0; i < rest.length; i++) {
            rest[i] += all[i] - copied[i];
        }
        put(rest);
    }

    private int words() {
        return to.valueBytes() / Long.BYTES;
    }

    private static void add(long[] sums, byte[] value) {
        ByteBuffer words = ByteBuffer.wrap(value).order(ByteOrder.nativeOrder());
        for (int i = 0; i < sums.length; i++) {
            sums[i] += words.getLong(i * Long.BYTES);
        }
    }

    private void put(long[] sums) {
        ByteBuffer value = ByteBuffer.allocate(to.valueBytes()).order(ByteOrder.nativeOrder());
        value.asLongBuffer().put(sums);
        to.update(Keys.of(NOBODY), value.array());
    }
}
