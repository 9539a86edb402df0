// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.reconcile;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** A table that can be read: each id as often as its weight says, in the order of the ids. */
final class ListTable implements TableBuilder {
    @Override
    public int[] build(List<Entry> entries) {
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("a table of nobody");
        }
        return entries.stream()
                .flatMap(entry -> Collections.nCopies(entry.weight(), entry.id()).stream())
                .mapToInt(Integer::intValue)
                .sorted()
                .toArray();
    }

    static int[] of(int... ids) {
        return IntStream.of(ids).sorted().toArray();
    }
}
