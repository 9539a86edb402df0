// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What there is of a lab, whole or not: namespaces, processes, pins and files. */
final class Remains {
    private static final int KILL_ROUNDS = 3;

    private final LabFiles files;

    private Remains(String lab) {
        this.files = new LabFiles(lab);
    }

    static Remains of(String lab) {
        return new Remains(lab);
    }

    /** Removes everything; false if there was nothing. Runs to its end in an interrupted thread, too. */
    boolean remove() {
        boolean interrupted = Thread.interrupted();
        try {
            List<Namespace> namespaces = Namespace.startingWith(Topology.prefix(files.lab()));
            List<Path> trees = List.of(files.daemonPins(), files.labPins(), files.directory());
            boolean any = !namespaces.isEmpty() || trees.stream().anyMatch(Files::exists);
            stopProcesses(namespaces);
            namespaces.forEach(Namespace::delete);
            trees.forEach(LabFiles::removeTree);
            SystemMounts.restore();
            return any;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void stopProcesses(List<Namespace> namespaces) {
        for (int round = 0; round < KILL_ROUNDS; round++) {
            List<Long> pids =
                    namespaces.stream().flatMap(space -> space.pids().stream()).toList();
            if (pids.isEmpty()) {
                return;
            }
            if (pids.contains(ProcessHandle.current().pid())) {
                throw new LabException("this command runs inside the lab; run it on the host to remove the lab");
            }
            LabProcess.stopAll(pids);
        }
    }
}
