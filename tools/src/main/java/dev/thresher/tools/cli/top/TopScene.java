// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.top;

import dev.thresher.tools.terminal.Page;
import dev.thresher.tools.terminal.Scene;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Ansi;

/** The latest rates, on a terminal. */
final class TopScene implements Scene<Rates> {
    private static final String KEYS = "q ends, arrows scroll and sort, r shows or hides real servers";

    private final Ansi ansi;
    private Sort sort;
    private boolean reals;
    private @Nullable Rates latest;

    TopScene(Sort sort, boolean reals, Ansi ansi) {
        this.sort = sort;
        this.reals = reals;
        this.ansi = ansi;
    }

    @Override
    public void take(Rates rates) {
        latest = rates;
    }

    @Override
    public void typed(char key) {
        switch (key) {
            case '<' -> sort = sort.next(-1);
            case '>', 's' -> sort = sort.next(1);
            case 'r' -> reals = !reals;
            default -> {}
        }
    }

    @Override
    public Page page() {
        if (latest == null) {
            return new Page(List.of("Looking; " + KEYS), List.of());
        }
        Page page = new RateTable(sort, reals, ansi).page(latest);
        List<String> head = new ArrayList<>(page.head());
        head.set(2, KEYS);
        return new Page(head, page.body());
    }
}
