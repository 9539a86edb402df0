// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfMap;
import dev.thresher.bpf.BpfObject;
import dev.thresher.bpf.MappedArray;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** A packet that is long underway ({@code laggard.bpf.c}): it writes an entry back a while after it has read it. */
final class Laggard implements AutoCloseable {
    private static final String OBJECT = "laggard.bpf.o";

    // struct laggard
    private static final int PLACE = 0;
    private static final int HAS_READ = 4;
    private static final int MAY_GO_ON = 8;

    private final BpfObject object;
    private final MappedArray memory;

    /**
     * Not underway yet.
     *
     * @param place of its flow's entry
     */
    Laggard(BpfMap flows, int place) {
        object = BpfObject.open(OBJECT, image());
        object.reuse("flows", flows);
        object.load();
        memory = object.map(".bss").map();
        memory.buffer().putInt(PLACE, place);
    }

    /** Returns when the packet is through, which is some time after {@link #goOn}. */
    void run() {
        object.program("lag").testRun(new byte[14]);
    }

    void awaitReading() {
        while (memory.buffer().getInt(HAS_READ) == 0) {
            Thread.onSpinWait();
        }
    }

    void goOn() {
        memory.buffer().putInt(MAY_GO_ON, 1);
    }

    @Override
    public void close() {
        memory.close();
        object.close();
    }

    private static byte[] image() {
        try (InputStream stream = Laggard.class.getResourceAsStream("/" + OBJECT)) {
            if (stream == null) {
                throw new IllegalStateException("no " + OBJECT + " among the test resources");
            }
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
