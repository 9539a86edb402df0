// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tests that load programs fail without root, and say so: a skipped test would look like a passed one. */
final class Privileges {
    private Privileges() {}

    static void require() {
        try {
            int uid = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            if (uid != 0) {
                throw new AssertionError("this test loads BPF programs: run it as root, not as user " + uid);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
