// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import java.nio.file.Path;

/** The script {@code thresher}, which started this process. */
public final class Launcher {
    private Launcher() {}

    /** Where it is. */
    public static Path path() {
        String tree = System.getenv("THRESHER_TREE");
        if (tree == null) {
            throw new LabException("THRESHER_TREE is not set: start this by the script 'thresher'");
        }
        return Path.of(tree, "thresher");
    }

    /** What a person in the current directory types to call it. */
    public static String typed() {
        Path path = path();
        Path here = Path.of("").toAbsolutePath();
        return path.startsWith(here) ? "./" + here.relativize(path) : path.toString();
    }
}
