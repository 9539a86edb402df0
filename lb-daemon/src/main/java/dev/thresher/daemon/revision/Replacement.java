// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import java.nio.file.Path;

/** A file that is to say something else. */
record Replacement(Path file, String before, String after) {}
