// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Two connected interfaces of the test's own, gone when it ends. */
final class VethPair implements AutoCloseable {
    // 15 characters at most; the process's id keeps parallel runs apart.
    private final String name = "thrt" + Long.toString(ProcessHandle.current().pid(), Character.MAX_RADIX);

    private VethPair() {}

    static VethPair create() {
        Privileges.require();
        VethPair pair = new VethPair();
        ip("link", "add", pair.first(), "type", "veth", "peer", "name", pair.second());
        return pair;
    }

    String first() {
        return name + "a";
    }

    String second() {
        return name + "b";
    }

    int index() {
        return NetworkInterfaces.indexOf(first()).orElseThrow();
    }

    void delete() {
        ip("link", "del", first());
    }

    @Override
    public void close() {
        if (NetworkInterfaces.indexOf(first()).isPresent()) {
            delete();
        }
    }

    static void ip(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "ip";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(String.join(" ", command) + ": " + output);
            }
        } catch (IOException e) {
            throw new AssertionError("cannot run " + String.join(" ", command), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
