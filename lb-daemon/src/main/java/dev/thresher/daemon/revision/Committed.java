// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import java.nio.file.Path;
import java.util.List;

/**
 * What writing the runtime changes into the files did.
 *
 * @param files that were written
 * @param revision the one in force, as before
 */
public record Committed(List<Path> files, long revision) {
    public Committed {
        files = List.copyOf(files);
    }
}
