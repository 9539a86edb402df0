// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.change;

import dev.thresher.api.v1.Change;
import dev.thresher.api.v1.Text;
import dev.thresher.config.Document;
import dev.thresher.config.InvalidConfigException;
import dev.thresher.tools.cli.CommandFailure;
import java.nio.file.Path;

/** A configuration file here, with its includes and its folder conf.d, as a change of a daemon that may be elsewhere. */
final class WholeFile {
    private WholeFile() {}

    /** @throws CommandFailure with each error by the file and line that it is in */
    static Change read(Path file) {
        try {
            // The daemon sees lines of the text that it gets, which are not those of the file.
            return Change.newBuilder()
                    .setText(Text.newBuilder()
                            .setHocon(Document.load(file).render())
                            .setName(file + " as sent"))
                    .build();
        } catch (InvalidConfigException e) {
            throw CommandFailure.invalid("this is not valid, and nothing was sent:\n" + e.getMessage());
        }
    }
}
