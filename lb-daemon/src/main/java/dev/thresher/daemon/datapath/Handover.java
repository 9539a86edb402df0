// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfProgram;
import java.io.IOException;

/** The steps from one program to the next, as far as they outlive the process: after each of them a start goes on. */
interface Handover {
    /** Keeps the maps of the program at work for a start after a crash, until {@link #release}. */
    void hold() throws IOException;

    /** Puts a program to work, in the place of the one at work if there is one, in one step. */
    void attach(BpfProgram program) throws DatapathException;

    /** Nothing in the maps of the program before is of use any more. */
    void release();
}
