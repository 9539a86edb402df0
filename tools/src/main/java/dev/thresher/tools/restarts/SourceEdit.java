// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.restarts;

import dev.thresher.bpf.layout.ProgramSettings;
import dev.thresher.tools.lab.LabException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * One edit of a source file.
 *
 * @param file below the tree
 * @param old what stands there exactly once
 */
record SourceEdit(String file, String old, String replacement) {
    private static final String ABI = "bpf/src/main/c/lib/abi.h";
    private static final String SETTINGS = "bpf/src/main/java/dev/thresher/bpf/layout/ProgramSettings.java";
    private static final String COUNTER = "bpf/src/main/java/dev/thresher/bpf/layout/Counter.java";

    /** Of what a version may change that its neighbours can read: something more in each place where that is allowed. */
    static final List<SourceEdit> NEXT_RELEASE = List.of(
            new SourceEdit(
                    ABI,
                    "#define ABI_VERSION " + ProgramSettings.ABI_VERSION + "\n",
                    "#define ABI_VERSION " + NextRelease.ABI_VERSION + "\n"),
            new SourceEdit(ABI, "\t__u64 new_flows;\n", "\t__u64 new_flows;\n\t__u64 more;\n"),
            new SourceEdit(ABI, "sizeof(struct member_stats) == 24", "sizeof(struct member_stats) == 32"),
            new SourceEdit(
                    ABI,
                    "X(DROP_NO_EGRESS, \"the interface that the real server is behind is not in the table\")\n",
                    "X(DROP_NO_EGRESS, \"the interface that the real server is behind is not in the table\") "
                            + "X(DROP_MORE, \"one more reason\")\n"),
            new SourceEdit(
                    ABI,
                    "X(ROUTE_DOWN, \"packets went by their flow: the real server that they name is down\")\n",
                    "X(ROUTE_DOWN, \"packets went by their flow: the real server that they name is down\") "
                            + "X(MORE, \"one more counter\")\n"),
            new SourceEdit(
                    ABI,
                    "\t__u32 flags;\t\t/* enum setting_flags */\n",
                    "\t__u32 flags;\t\t/* enum setting_flags */\n\t__u64 more;\n"),
            new SourceEdit(ABI, "sizeof(struct settings) == 96", "sizeof(struct settings) == 104"),
            new SourceEdit(
                    SETTINGS,
                    "int ABI_VERSION = " + ProgramSettings.ABI_VERSION + ";",
                    "int ABI_VERSION = " + NextRelease.ABI_VERSION + ";"),
            new SourceEdit(SETTINGS, "int LENGTH = 96;", "int LENGTH = 104;"),
            new SourceEdit(COUNTER, "    ABORTED(", "    DROP_MORE(\"one more reason\"),\n    ABORTED("),
            new SourceEdit(COUNTER, " is down\");\n", " is down\"),\n    MORE(\"one more counter\");\n"));

    void apply(Path tree) {
        Path path = tree.resolve(file);
        try {
            String text = Files.readString(path);
            int at = text.indexOf(old);
            if (at < 0 || text.indexOf(old, at + 1) >= 0) {
                throw new LabException(path + " has not exactly one '" + old.strip()
                        + "', so the next release cannot be made of it; SourceEdit says what it looks for");
            }
            Files.writeString(path, text.replace(old, replacement));
        } catch (IOException e) {
            throw new LabException("cannot edit " + path + ": " + e, e);
        }
    }
}
