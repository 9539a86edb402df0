// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that was read, and what tells its text from others. */
record SourceText(Path file, HashCode digest) {
    static SourceText of(String file, String text) {
        return new SourceText(Path.of(file), Hashing.sha256().hashString(text, StandardCharsets.UTF_8));
    }

    /** Does the file have that text now? */
    boolean isStillWritten() {
        try {
            return Hashing.sha256().hashBytes(Files.readAllBytes(file)).equals(digest);
        } catch (IOException e) {
            return false;
        }
    }
}
