// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A name under bpffs that nobody else uses, on a machine that may not have had bpffs mounted yet. */
record TestPin(Path path) implements AutoCloseable {
    static TestPin named(String name) throws IOException {
        Privileges.require();
        BpfFs.ensureMounted();
        return new TestPin(BpfFs.ROOT.resolve(
                "thrt-" + name + "-" + ProcessHandle.current().pid()));
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(path);
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
