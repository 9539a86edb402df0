// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import picocli.CommandLine.Model.ArgSpec;

/** What a running daemon has names for. Where the help of a verb says one of these labels, such a name is wanted. */
enum NameKind {
    VIP,
    POOL,
    /** Of a real server. */
    ADDRESS;

    String label() {
        return name();
    }

    boolean isWantedBy(ArgSpec argument) {
        return argument.paramLabel().equals(label());
    }
}
