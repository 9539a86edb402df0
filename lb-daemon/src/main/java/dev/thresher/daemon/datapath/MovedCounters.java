// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfMap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Members' counters on their way to another map, while the program counts on in the first. What it counts after the copy
 * was made goes to those of member 0, who does not exist and stands for members that are gone: sums stay right.
 *
 * <p>How much that will be is not known when the other program takes over, and the one who knows may die then. So member 0
 * gets less than it has, by all that was copied and 1: that is below zero, which says that the first map's sum, and 1, is yet
 * to be added. Whoever adds them sees whether it has been done.
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

    /** Before the other program is at work. */
    void openAccount() {
        long[] gone = nobodys();
        for (int i = 0; i < gone.length; i++) {
            gone[i] -= copied[i] + 1;
        }
        put(gone);
    }

    /** Once it is, and the first counts no more; here or after a crash. */
    void settleAccount() {
        long[] all = new long[words()];
        Values.visit(from, from.info().maxEntries(), (id, value) -> add(all, Values.fit(value, from, to)));
        long[] settled = nobodys();
        for (int i = 0; i < settled.length; i++) {
            if (settled[i] < 0) {
                settled[i] += all[i] + 1;
            }
        }
        put(settled);
    }

    private int words() {
        return to.valueBytes() / Long.BYTES;
    }

    private long[] nobodys() {
        long[] words = new long[words()];
        add(words, to.lookup(Keys.of(NOBODY)).orElseThrow());
        return words;
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
