// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;

/** A loaded program of a {@link BpfObject}; it lives as long as that, its links and its pins. */
public final class BpfProgram {
    // struct bpf_test_run_opts
    private static final int OPTIONS_LENGTH = 80;
    private static final int DATA_IN = 8;
    private static final int DATA_OUT = 16;
    private static final int DATA_SIZE_IN = 24;
    private static final int DATA_SIZE_OUT = 28;
    private static final int CTX_IN = 32;
    private static final int CTX_SIZE_IN = 48;
    private static final int RETVAL = 56;
    private static final int REPEAT = 60;
    private static final int FLAGS = 68;

    private static final int LIVE_FRAMES = 1 << 1;

    private static final int PACKET_LIMIT = 16384;
    /** Of {@code struct __sk_buff}, all that there was in Linux 6.1. */
    private static final int SKB_LENGTH = 192;

    private final String name;
    private final int fd;
    private @Nullable TestRun testRun;

    BpfProgram(String name, int fd) {
        this.name = name;
        this.fd = fd;
    }

    public String name() {
        return name;
    }

    int fd() {
        return fd;
    }

    /** Opens a pinned program; empty when nothing is pinned there. */
    public static Optional<BpfProgram> openPinned(Path path) {
        int fd = Native.BPF.bpf_obj_get(path.toString());
        if (fd == -Errno.ENOENT.intValue()) {
            return Optional.empty();
        }
        return Optional.of(new BpfProgram(path.toString(), Native.check(fd, "bpf_obj_get(" + path + ")")));
    }

    /** What a packet became: the verdict ({@code enum xdp_action}) and its bytes. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Output(int verdict, byte[] packet) {}

    /**
     * Runs the program once on a packet of at least 14 bytes ({@code BPF_PROG_TEST_RUN}). One thread at a time.
     */
    public Output testRun(byte[] packet) {
        return testRun(packet, 1);
    }

    /** Runs the program {@code times} times in a row, each time on what the run before left of the packet. */
    public Output testRun(byte[] packet, int times) {
        if (testRun == null) {
            testRun = new TestRun();
        }
        return testRun.run(packet, times);
    }

    /**
     * Runs a program of type {@code tc} once.
     *
     * @param context the start of a {@code struct __sk_buff}, of which a test run may set the mark and few others
     */
    public Output testRun(byte[] packet, byte[] context) {
        Pointer options = options();
        Pointer input = Native.copyOf(packet);
        Pointer output = Native.allocate(PACKET_LIMIT);
        Pointer skb = Native.copyOf(Arrays.copyOf(context, SKB_LENGTH));
        options.putPointer(DATA_IN, input);
        options.putInt(DATA_SIZE_IN, packet.length);
        options.putPointer(DATA_OUT, output);
        options.putInt(DATA_SIZE_OUT, PACKET_LIMIT);
        options.putPointer(CTX_IN, skb);
        options.putInt(CTX_SIZE_IN, SKB_LENGTH);
        run(options);
        Native.kept(0, input, skb);
        return new Output(options.getInt(RETVAL), Native.bytes(output, options.getInt(DATA_SIZE_OUT)));
    }

    /**
     * Runs the program {@code times} times on frames whose verdicts the kernel carries out
     * ({@code BPF_F_TEST_XDP_LIVE_FRAMES}): they are sent, redirected, or passed to the stack of this namespace's
     * loopback interface. Frames are used again, and what the program wrote into one is still there.
     */
    public void runLive(byte[] packet, int times) {
        Pointer options = options();
        Pointer input = Native.copyOf(packet);
        options.putPointer(DATA_IN, input);
        options.putInt(DATA_SIZE_IN, packet.length);
        options.putInt(REPEAT, times);
        options.putInt(FLAGS, LIVE_FRAMES);
        run(options);
        Native.kept(0, input);
    }

    /** Runs a {@code syscall} program on a context of {@code length} zeroed bytes and answers what it left there. */
    public byte[] call(int length) {
        Pointer context = Native.allocate(length);
        Pointer options = options();
        options.putPointer(CTX_IN, context);
        options.putInt(CTX_SIZE_IN, length);
        run(options);
        return Native.bytes(context, length);
    }

    public XdpLink attachXdp(int ifindex, XdpMode mode) {
        return XdpLink.attach(this, ifindex, mode);
    }

    public void pin(Path path) {
        Native.check(Native.BPF.bpf_obj_pin(fd, path.toString()), "bpf_obj_pin(" + name + ", " + path + ")");
    }

    private static Pointer options() {
        Pointer options = Native.allocate(OPTIONS_LENGTH);
        options.putLong(0, OPTIONS_LENGTH);
        return options;
    }

    private void run(Pointer options) {
        int result = Native.kept(Native.BPF.bpf_prog_test_run_opts(fd, options), options);
        if (result < 0) {
            throw new BpfException("bpf_prog_test_run_opts(" + name + ")", -result);
        }
    }

    /** The memory of test runs, kept from one to the next: getting it costs more than the run. */
    private final class TestRun {
        private final Pointer options = options();
        private final Pointer input = Native.allocate(PACKET_LIMIT);
        private final Pointer output = Native.allocate(PACKET_LIMIT);

        Output run(byte[] packet, int times) {
            if (packet.length > PACKET_LIMIT) {
                throw new IllegalArgumentException("a test packet has at most " + PACKET_LIMIT + " bytes");
            }
            input.put(0, packet, 0, packet.length);
            options.putPointer(DATA_IN, input);
            options.putInt(DATA_SIZE_IN, packet.length);
            options.putPointer(DATA_OUT, output);
            options.putInt(DATA_SIZE_OUT, PACKET_LIMIT);
            options.putInt(REPEAT, times);
            BpfProgram.this.run(options);
            Native.kept(0, input);
            return new Output(options.getInt(RETVAL), Native.bytes(output, options.getInt(DATA_SIZE_OUT)));
        }
    }
}
