// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import com.google.gson.GsonBuilder;
import java.io.PrintWriter;
import java.util.List;

/** All checks of one demo. */
record DemoResult(boolean ok, List<Check> checks) {
    static DemoResult of(List<Check> checks) {
        return new DemoResult(!checks.isEmpty() && checks.stream().allMatch(Check::ok), List.copyOf(checks));
    }

    String json() {
        return new GsonBuilder()
                .setPrettyPrinting()
                .disableHtmlEscaping()
                .create()
                .toJson(this);
    }

    void print(PrintWriter out) {
        int name = width("check".length(), checks.stream().map(Check::name).toList());
        int value = width("measured".length(), checks.stream().map(Check::value).toList());
        String row = "  %-6s %-" + name + "s  %-" + value + "s  %s%n";
        out.println();
        out.printf(row, "", "check", "measured", "expected");
        for (Check check : checks) {
            out.printf(row, check.ok() ? "ok" : "FAILED", check.name(), check.value(), check.expected());
        }
        out.println();
        long held = checks.stream().filter(Check::ok).count();
        out.println(
                ok
                        ? "Thresher works on this machine: all " + held + " checks held."
                        : "FAILED: " + (checks.size() - held) + " of " + checks.size() + " checks did not hold.");
        out.flush();
    }

    private static int width(int least, List<String> cells) {
        return Math.max(least, cells.stream().mapToInt(String::length).max().orElse(0));
    }
}
