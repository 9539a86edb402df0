// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import dev.thresher.bpf.LoadedProgram;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * One line of the matrix: a packet comes in, and this is what has to come out.
 *
 * @param name what the packet is and what happens to it
 * @param before what happens first, with an empty connection table; what becomes of it is for other cases
 * @param input the frame
 * @param outcome verdict and output
 */
@SuppressWarnings("ArrayRecordComponent")
record PacketCase(String name, List<Consumer<LoadedProgram>> before, byte[] input, Outcome outcome) {
    PacketCase(String name, byte[] input, Outcome outcome) {
        this(name, List.of(), input, outcome);
    }

    /** The same after one more frame. */
    PacketCase after(byte[] frame) {
        return after(program -> program.run(frame));
    }

    /** The same after one more change. */
    PacketCase after(Consumer<LoadedProgram> change) {
        List<Consumer<LoadedProgram>> changes = new ArrayList<>(before);
        changes.add(change);
        return new PacketCase(name, changes, input, outcome);
    }

    @Override
    public String toString() {
        return name + " ⇒ " + outcome;
    }
}
