// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A verb that asks a daemon, for people or for scripts. */
public abstract class DaemonVerb extends Verb {
    @Mixin
    private Connection connection = new Connection();

    @Option(names = "--json", description = "Print JSON, with the names of the API's .proto file.")
    private boolean json;

    /** To the daemon that is meant; it is called at the first call. */
    protected final DaemonClient connect() {
        return connection.open();
    }

    /** Whether results are to be JSON. */
    protected final boolean isForScripts() {
        return json;
    }
}
