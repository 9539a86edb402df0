// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.util.LinkedHashMap;
import java.util.Map;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;

/**
 * An ELF object with programs and maps: opened, then set up (sizes, settings, maps to share), then loaded. Closing it
 * gives up this process's hold on its maps and programs; pinned ones and attached ones stay.
 */
public final class BpfObject implements AutoCloseable {
    private static final int LOG_BYTES = 1 << 20;
    private static final int LOG_LINES_SHOWN = 20;
    private static final int LOG_LEVEL_STATISTICS = 4;

    private final String name;
    private final Pointer handle;
    private final Map<String, Pointer> logs = new LinkedHashMap<>();
    private boolean closed;

    private BpfObject(String name, Pointer handle) {
        this.name = name;
        this.handle = handle;
    }

    /** Opens an object that is packed with this module, such as {@code lb.bpf.o}. */
    public static BpfObject open(String resource) {
        try (InputStream stream = BpfObject.class.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IllegalArgumentException("no BPF object " + resource + " in the jar");
            }
            return open(resource, stream.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the BPF object " + resource, e);
        }
    }

    /** Opens an object from its bytes; {@code name} is for messages. */
    public static BpfObject open(String name, byte[] image) {
        Pointer memory = Native.copyOf(image);
        try {
            Pointer handle = Native.BPF.bpf_object__open_mem(memory, image.length, null);
            return new BpfObject(name, Native.check(handle, "bpf_object__open_mem(" + name + ")"));
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /** Before load: how many entries a map shall hold. */
    public void setMaxEntries(String map, int entries) {
        Native.check(
                Native.BPF.bpf_map__set_max_entries(findMap(map), entries),
                "bpf_map__set_max_entries(" + map + ", " + entries + ")");
    }

    /** Before load: the constants of the program. */
    public void setReadOnlyData(byte[] data) {
        Pointer bytes = Native.copyOf(data);
        Native.check(
                Native.kept(Native.BPF.bpf_map__set_initial_value(findMap(".rodata"), bytes, data.length), bytes),
                "bpf_map__set_initial_value(.rodata, " + data.length + " bytes)");
    }

    /** Before load: use an existing map instead of making a new one. */
    public void reuse(String map, BpfMap existing) {
        Native.check(
                Native.BPF.bpf_map__reuse_fd(findMap(map), existing.fd()),
                "bpf_map__reuse_fd(" + map + ", id " + existing.info().id() + ")");
    }

    /** Before load: has the verifier's log kept for {@link #log}; only a failed load shows it otherwise. */
    public void keepLog(String program) {
        Pointer handle = findProgram(program);
        Pointer buffer = Native.allocate(LOG_BYTES);
        logs.put(program, buffer);
        Native.BPF.bpf_program__set_log_level(handle, LOG_LEVEL_STATISTICS);
        Native.check(
                Native.BPF.bpf_program__set_log_buf(handle, buffer, LOG_BYTES),
                "bpf_program__set_log_buf(" + program + ")");
    }

    /** The verifier's words on a program whose log is kept. */
    public String log(String program) {
        Pointer buffer = logs.get(program);
        if (buffer == null) {
            throw new IllegalStateException("no log is kept of " + program);
        }
        return buffer.getString(0);
    }

    /** Creates the maps and has the kernel verify the programs; the error carries the end of the verifier's log. */
    public BpfObject load() {
        Native.takeWarnings();
        int result = Native.BPF.bpf_object__load(handle);
        if (result == -Errno.EPERM.intValue()) {
            // What libbpf has to say then leads astray: it suspects the kernel's configuration.
            throw new BpfException("bpf_object__load(" + name + ")", -result);
        }
        if (result < 0) {
            throw new BpfException("bpf_object__load(" + name + ")", -result, tail(Native.takeWarnings()));
        }
        return this;
    }

    public BpfMap map(String map) {
        int fd = Native.check(Native.BPF.bpf_map__fd(findMap(map)), "bpf_map__fd(" + map + ")");
        return BpfMap.ofObject(map, fd);
    }

    public BpfProgram program(String program) {
        int fd = Native.check(Native.BPF.bpf_program__fd(findProgram(program)), "bpf_program__fd(" + program + ")");
        return new BpfProgram(program, fd);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Native.BPF.bpf_object__close(handle);
        }
    }

    private Pointer findMap(String map) {
        return Native.check(Native.BPF.bpf_object__find_map_by_name(handle, map), name + " has no map " + map);
    }

    private Pointer findProgram(String program) {
        return Native.check(
                Native.BPF.bpf_object__find_program_by_name(handle, program), name + " has no program " + program);
    }

    private static String tail(String text) {
        String[] lines = text.split("\n");
        int from = Math.max(0, lines.length - LOG_LINES_SHOWN);
        return String.join("\n", java.util.Arrays.asList(lines).subList(from, lines.length));
    }
}
