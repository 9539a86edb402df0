// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import com.kenai.jffi.MemoryIO;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.jspecify.annotations.Nullable;

/** The loaded libraries, and what every user of them needs: memory, errno and libbpf's last words. */
final class Native {
    static final Libbpf BPF = load();
    static final Libc C = LibraryLoader.create(Libc.class).load("libc.so.6");
    private static final Runtime RUNTIME = Runtime.getRuntime(BPF);

    private static final int MESSAGES_KEPT = 20;
    /** A failed load is told in one message that ends with the verifier's log. */
    private static final int MESSAGE_BYTES = 16 << 20;

    private static final int LEVEL_WARN = 0;

    private static final Deque<String> WARNINGS = new ArrayDeque<>();
    // libbpf keeps the callback for ever; a collected one would crash the process.
    private static final Libbpf.PrintFunction PRINT = Native::print;

    static {
        BPF.libbpf_set_print(PRINT);
    }

    private Native() {}

    private static Libbpf load() {
        try {
            return LibraryLoader.create(Libbpf.class).failImmediately().load("libbpf.so.1");
        } catch (UnsatisfiedLinkError e) {
            throw new BpfException("cannot load libbpf.so.1: install libbpf 1.1 or later (Debian: libbpf1)", e);
        }
    }

    private static int print(int level, Pointer format, Pointer arguments) {
        if (level != LEVEL_WARN) {
            return 0;
        }
        Pointer message = Memory.allocateDirect(RUNTIME, MESSAGE_BYTES);
        C.vsnprintf(message, MESSAGE_BYTES, format, arguments);
        String text = message.getString(0).strip();
        synchronized (WARNINGS) {
            if (WARNINGS.size() == MESSAGES_KEPT) {
                WARNINGS.removeFirst();
            }
            WARNINGS.addLast(text);
        }
        return 0;
    }

    /** Takes libbpf's warnings since the last call, in their order. */
    static String takeWarnings() {
        synchronized (WARNINGS) {
            String warnings = String.join("\n", WARNINGS);
            WARNINGS.clear();
            return warnings;
        }
    }

    /** Zeroed native memory, freed with the pointer. */
    static Pointer allocate(long bytes) {
        return Memory.allocateDirect(RUNTIME, Math.toIntExact(bytes), true);
    }

    static Pointer copyOf(byte[] bytes) {
        Pointer memory = allocate(bytes.length);
        memory.put(0, bytes, 0, bytes.length);
        return memory;
    }

    static Pointer intOf(int value) {
        Pointer memory = allocate(Integer.BYTES);
        memory.putInt(0, value);
        return memory;
    }

    static byte[] bytes(Pointer memory, int length) {
        byte[] bytes = new byte[length];
        memory.get(0, bytes, 0, length);
        return bytes;
    }

    static ByteBuffer view(long address, int length) {
        return MemoryIO.getInstance().newDirectByteBuffer(address, length).order(ByteOrder.nativeOrder());
    }

    static int errno() {
        return LastError.getLastError(RUNTIME);
    }

    /**
     * Keeps the memory that a call was given until it has returned. An argument's address is all that the callee has:
     * without this the collector may free the memory during the call.
     */
    @SuppressWarnings("ReachabilityFenceUsage") // the call is over: its result is an argument
    static int kept(int result, @Nullable Object... memory) {
        for (@Nullable Object each : memory) {
            Reference.reachabilityFence(each);
        }
        return result;
    }

    /** Returns the result of a libbpf call, or throws what its negative value stands for. */
    static int check(int result, String operation) {
        if (result < 0) {
            throw new BpfException(operation, -result);
        }
        return result;
    }

    static Pointer check(@Nullable Pointer result, String operation) {
        if (result == null) {
            throw new BpfException(operation, errno());
        }
        return result;
    }
}
