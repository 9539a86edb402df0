// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.change;

import dev.thresher.api.v1.ChangedElement;
import dev.thresher.api.v1.Difference;
import dev.thresher.api.v1.MovedFlows;
import dev.thresher.tools.cli.Printable;
import dev.thresher.tools.cli.Table;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.Style;

/** Shows people what a change is, as diff does: {@code +} for what comes, {@code -} for what goes, {@code ~} for both. */
final class DifferenceText {
    private final PrintWriter out;
    private final Ansi ansi;

    DifferenceText(PrintWriter out, Ansi ansi) {
        this.out = out;
        this.ansi = ansi;
    }

    static boolean isEmpty(Difference difference) {
        return difference.getElementsCount() == 0;
    }

    void print(Difference difference) {
        difference.getElementsList().forEach(this::print);
        if (difference.getVipsCount() > 0) {
            out.println();
            new Table<MovedFlows>()
                    .text("vip", MovedFlows::getVip)
                    .figures(
                            "slots to another real server",
                            vip -> String.format(Locale.ROOT, "%.1f %%", 100 * vip.getShare()))
                    .print(difference.getVipsList(), out, ansi);
        }
        difference.getWarningsList().forEach(warning -> warn("warning: " + warning));
    }

    void warn(String text) {
        line(Style.fg_yellow, text);
    }

    void print(ChangedElement element) {
        List<String> before = element.getBefore().lines().toList();
        List<String> after = element.getAfter().lines().toList();
        if (!element.hasBefore()) {
            line(Style.fg_green, "+ " + element.getName());
        } else if (!element.hasAfter()) {
            line(Style.fg_red, "- " + element.getName());
        } else {
            out.println("~ " + Printable.line(element.getName()));
        }
        before.stream().filter(line -> !after.contains(line)).forEach(line -> line(Style.fg_red, "    - " + line));
        after.stream().filter(line -> !before.contains(line)).forEach(line -> line(Style.fg_green, "    + " + line));
    }

    private void line(Style style, String text) {
        String printable = Printable.line(text);
        out.println(ansi.enabled() ? style.on() + printable + style.off() : printable);
    }
}
