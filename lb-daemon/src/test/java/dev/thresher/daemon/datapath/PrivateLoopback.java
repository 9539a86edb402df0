// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfProgram;
import dev.thresher.bpf.XdpLink;
import dev.thresher.bpf.XdpMode;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import jnr.ffi.LibraryLoader;

/**
 * Has a program attached to the loopback interface of a network namespace of its own, where nothing runs. The kernel
 * keeps a list of programs that it can call fast; a test run that repeats itself puts its program there and takes it
 * away again, and waits some 20 ms for that, unless it is there already: which this is for.
 */
final class PrivateLoopback implements AutoCloseable {
    private static final int CLONE_NEWNET = 0x40000000;
    private static final int LOOPBACK = 1;

    /** The namespace is there for as long as its thread. */
    private final ExecutorService thread = Executors.newSingleThreadExecutor();

    private final XdpLink link;

    /** Public because jnr-ffi asks for it. */
    public interface NamespaceCall {
        int unshare(int flags);
    }

    PrivateLoopback(BpfProgram program) {
        try {
            this.link = thread.submit(() -> attach(program)).get();
        } catch (ExecutionException | InterruptedException e) {
            thread.shutdownNow();
            throw new IllegalStateException("cannot attach " + program.name(), e);
        }
    }

    private static XdpLink attach(BpfProgram program) {
        if (LibraryLoader.create(NamespaceCall.class).load("c").unshare(CLONE_NEWNET) != 0) {
            throw new IllegalStateException("unshare(CLONE_NEWNET) failed: this test needs root");
        }
        return program.attachXdp(LOOPBACK, XdpMode.GENERIC);
    }

    @Override
    public void close() {
        link.close();
        thread.shutdown();
    }
}
