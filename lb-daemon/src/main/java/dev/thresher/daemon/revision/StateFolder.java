// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import dev.thresher.config.Config;
import java.nio.file.Path;

/** Where the daemon keeps what has to survive it: the settings' {@code state-directory}. */
record StateFolder(Path directory) {
    static StateFolder of(Config config) {
        return new StateFolder(config.stateDirectory());
    }

    /** The runtime changes. */
    Path runtimeFile() {
        return directory.resolve("runtime.conf");
    }

    /** The folder of the revisions. */
    Path historyFolder() {
        return directory.resolve("history");
    }

    /** Written and removed to find out whether anything can be written. */
    Path trial() {
        return directory.resolve("trial");
    }
}
