// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * One kernel map behind a file descriptor. Keys and values are bytes in the machine's order; a value of a per-CPU map
 * is one after the other for each possible CPU, each padded to 8 bytes. Thread-safe while it is open.
 *
 * <p>A map of a {@link BpfObject} is the object's and lives as long as that; others are their user's to close.
 */
public final class BpfMap implements AutoCloseable {
    private static final int TYPE_ARRAY = 2;
    private static final int TYPE_PERCPU_HASH = 5;
    private static final int TYPE_PERCPU_ARRAY = 6;
    private static final int TYPE_LRU_PERCPU_HASH = 10;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_SHARED = 1;
    private static final int BATCH = 4096;
    private static final String MEMORY = "memlock:";

    /** {@code struct bpf_map_create_opts}, and BPF_F_MMAPABLE for its {@code map_flags}. */
    private static final int CREATE_OPTIONS_BYTES = 48;

    private static final int CREATE_FLAGS_OFFSET = 28;
    private static final int MAPPABLE = 1 << 10;

    private final String name;
    private final int fd;
    private final boolean owned;
    private final MapInfo info;

    private BpfMap(String name, int fd, boolean owned) {
        this.name = name;
        this.fd = fd;
        this.owned = owned;
        this.info = MapInfo.of(fd);
    }

    static BpfMap ofObject(String name, int fd) {
        return new BpfMap(name, fd, false);
    }

    /** Creates an array map of {@code maxEntries} elements that is not in any object: an inner map. */
    public static BpfMap createArray(String name, int valueSize, int maxEntries) {
        return createArray(name, valueSize, maxEntries, null);
    }

    /** The same, of one element that begins on a page. */
    public static BpfMap createAligned(String name, int valueSize) {
        Pointer options = Native.allocate(CREATE_OPTIONS_BYTES);
        options.putLong(0, CREATE_OPTIONS_BYTES);
        options.putInt(CREATE_FLAGS_OFFSET, MAPPABLE);
        return createArray(name, valueSize, 1, options);
    }

    private static BpfMap createArray(String name, int valueSize, int maxEntries, @Nullable Pointer options) {
        int fd = Native.BPF.bpf_map_create(TYPE_ARRAY, name, Integer.BYTES, valueSize, maxEntries, options);
        Native.check(Native.kept(fd, options), "bpf_map_create(" + name + ")");
        return new BpfMap(name, fd, true);
    }

    /** Opens a pinned map; empty when nothing is pinned there. */
    public static Optional<BpfMap> openPinned(String name, String path) {
        int fd = Native.BPF.bpf_obj_get(path);
        if (fd == -Errno.ENOENT.intValue()) {
            return Optional.empty();
        }
        return Optional.of(new BpfMap(name, Native.check(fd, "bpf_obj_get(" + path + ")"), true));
    }

    /**
     * Opens a map by its id, which is what a lookup in an array of maps answers; empty when it is gone. The kernel wants
     * CAP_SYS_ADMIN for it.
     */
    public static Optional<BpfMap> openId(String name, int id) {
        int fd = Native.BPF.bpf_map_get_fd_by_id(id);
        if (fd == -Errno.ENOENT.intValue()) {
            return Optional.empty();
        }
        return Optional.of(new BpfMap(name, Native.check(fd, "bpf_map_get_fd_by_id(" + name + ", " + id + ")"), true));
    }

    /** The same, by the name that the kernel knows it by. */
    static Optional<BpfMap> openId(int id) {
        return openId("map", id).map(map -> new BpfMap(map.info.name(), map.fd, true));
    }

    public String name() {
        return name;
    }

    int fd() {
        return fd;
    }

    public MapInfo info() {
        return info;
    }

    public void update(byte[] key, byte[] value) {
        Pointer entry = Scratch.of(key, value.length);
        entry.put(Scratch.offsetAfter(key), value, 0, value.length);
        update(key, entry);
    }

    /** The same for a value that is numbers. */
    public void update(byte[] key, int[] value) {
        Pointer entry = Scratch.of(key, value.length * Integer.BYTES);
        entry.put(Scratch.offsetAfter(key), value, 0, value.length);
        update(key, entry);
    }

    private void update(byte[] key, Pointer entry) {
        Pointer value = entry.slice(Scratch.offsetAfter(key));
        int result = Native.kept(Native.BPF.bpf_map_update_elem(fd, entry, value, 0), entry);
        if (result < 0) {
            throw new BpfException(
                    "bpf_map_update_elem(" + name + ", key=" + show(key) + ")", -result, capacity(result));
        }
    }

    /** Puts maps into an array of maps, all in one call: one wait for RCU instead of one a map. */
    public void updateInner(List<Integer> keys, List<BpfMap> inner) {
        int entries = keys.size();
        Pointer keyBytes = Native.allocate((long) entries * Integer.BYTES);
        Pointer valueBytes = Native.allocate((long) entries * Integer.BYTES);
        for (int i = 0; i < entries; i++) {
            keyBytes.putInt((long) i * Integer.BYTES, keys.get(i));
            valueBytes.putInt((long) i * Integer.BYTES, inner.get(i).fd);
        }
        Pointer count = Native.intOf(entries);
        int result = Native.BPF.bpf_map_update_batch(fd, keyBytes, valueBytes, count, null);
        Native.check(
                Native.kept(result, keyBytes, valueBytes, count, inner),
                "bpf_map_update_batch(" + name + ", " + entries + " keys)");
    }

    /** Puts a program into an array of programs, for tail calls. */
    public void updateProgram(int index, BpfProgram program) {
        int result = Native.BPF.bpf_map_update_elem(fd, Native.intOf(index), Native.intOf(program.fd()), 0);
        Native.check(result, "bpf_map_update_elem(" + name + ", " + index + ", program " + program.name() + ")");
    }

    public Optional<byte[]> lookup(byte[] key) {
        int size = valueBytes();
        Pointer keyBytes = Native.copyOf(key);
        Pointer value = Native.allocate(size);
        int result = Native.kept(Native.BPF.bpf_map_lookup_elem(fd, keyBytes, value), keyBytes);
        if (result == -Errno.ENOENT.intValue()) {
            return Optional.empty();
        }
        Native.check(result, "bpf_map_lookup_elem(" + name + ", key=" + show(key) + ")");
        return Optional.of(Native.bytes(value, size));
    }

    /** Removes the key; answers whether it was there. An inner map is taken out of an array of maps. */
    public boolean delete(byte[] key) {
        Pointer keyBytes = Native.copyOf(key);
        int result = Native.kept(Native.BPF.bpf_map_delete_elem(fd, keyBytes), keyBytes);
        if (result == -Errno.ENOENT.intValue()) {
            return false;
        }
        Native.check(result, "bpf_map_delete_elem(" + name + ", key=" + show(key) + ")");
        return true;
    }

    /** Calls back with each key and value; what changes meanwhile may or may not be seen. */
    public void forEach(BiConsumer<byte[], byte[]> visitor) {
        Pointer next = Native.allocate(info.keySize());
        Pointer key = null;
        while (true) {
            int result = Native.kept(Native.BPF.bpf_map_get_next_key(fd, key, next), key);
            if (result == -Errno.ENOENT.intValue()) {
                return;
            }
            Native.check(result, "bpf_map_get_next_key(" + name + ")");
            byte[] bytes = Native.bytes(next, info.keySize());
            lookup(bytes).ifPresent(value -> visitor.accept(bytes, value));
            key = Native.copyOf(bytes);
        }
    }

    /** The values of an array map's elements [0, count), in few calls. Each is {@link #valueBytes} long. */
    public ByteBuffer readArray(int count) {
        int size = valueBytes();
        ByteBuffer all = ByteBuffer.allocate(Math.multiplyExact(count, size)).order(java.nio.ByteOrder.nativeOrder());
        readBatches(count, (first, values, read) -> values.get(0, all.array(), first * size, read * size));
        return all;
    }

    @FunctionalInterface
    private interface BatchVisitor {
        void visit(int first, Pointer values, int read);
    }

    private void readBatches(int count, BatchVisitor visitor) {
        Pointer position = Native.allocate(Integer.BYTES);
        Pointer keys = Native.allocate((long) BATCH * Integer.BYTES);
        Pointer values = Native.allocate((long) BATCH * valueBytes());
        for (int done = 0; done < count; ) {
            Pointer batch = Native.intOf(Math.min(BATCH, count - done));
            int result = Native.BPF.bpf_map_lookup_batch(
                    fd, done == 0 ? null : position, position, keys, values, batch, null);
            Native.kept(result, position, keys);
            if (result != -Errno.ENOENT.intValue()) {
                Native.check(result, "bpf_map_lookup_batch(" + name + ", from=" + done + ")");
            }
            int read = batch.getInt(0);
            if (read == 0) {
                break;
            }
            visitor.visit(done, values, read);
            done += read;
        }
    }

    /** Is called with an index and its value, which is the same array each time. */
    @FunctionalInterface
    public interface ArrayVisitor {
        void visit(int index, byte[] value);
    }

    /** Visits the values of an array map's elements [0, count), in few calls and little memory. */
    public void visitArray(int count, ArrayVisitor visitor) {
        byte[] value = new byte[valueBytes()];
        readBatches(count, (first, values, read) -> {
            for (int i = 0; i < read; i++) {
                values.get((long) i * value.length, value, 0, value.length);
                visitor.visit(first + i, value);
            }
        });
    }

    /** Bytes of one value as the system call copies it: for a per-CPU map, all CPUs' together. */
    public int valueBytes() {
        return isPerCpu() ? cpus() * perCpuStride() : info.valueSize();
    }

    /** Bytes from one CPU's value to the next. */
    public int perCpuStride() {
        return (info.valueSize() + 7) & ~7;
    }

    /** Possible CPUs: how many values a per-CPU map keeps for each key. */
    public static int cpus() {
        return Native.check(Native.BPF.libbpf_num_possible_cpus(), "libbpf_num_possible_cpus()");
    }

    /**
     * Memory that the kernel holds for the map, in bytes, without that of maps in an array of maps. Kernels before 6.4
     * answer what they charge for it, which is more or less the same.
     */
    public long memoryBytes() {
        Path path = Path.of("/proc/self/fdinfo", Integer.toString(fd));
        try (Stream<String> lines = Files.lines(path)) {
            return lines.filter(line -> line.startsWith(MEMORY))
                    .mapToLong(line ->
                            Long.parseLong(line.substring(MEMORY.length()).strip()))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no " + MEMORY + " in " + path));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }

    /** Maps an mmapable array's values into the process, read and write, until {@link MappedArray#close}. */
    public MappedArray map() {
        long length = (long) info.maxEntries() * info.valueSize();
        long address = Native.C.mmap(null, length, PROT_READ_WRITE, MAP_SHARED, fd, 0);
        if (address == -1) {
            throw new BpfException("mmap(" + name + ", " + length + " bytes)", Native.errno());
        }
        return new MappedArray(address, Math.toIntExact(length));
    }

    public void pin(String path) {
        Native.check(Native.BPF.bpf_obj_pin(fd, path), "bpf_obj_pin(" + name + ", " + path + ")");
    }

    @Override
    public void close() {
        if (owned) {
            Native.C.close(fd);
        }
    }

    private boolean isPerCpu() {
        int type = info.type();
        return type == TYPE_PERCPU_ARRAY || type == TYPE_PERCPU_HASH || type == TYPE_LRU_PERCPU_HASH;
    }

    private String capacity(int result) {
        boolean full = result == -Errno.E2BIG.intValue() || result == -Errno.ENOSPC.intValue();
        return full ? "the map holds " + info.maxEntries() : "";
    }

    private static String show(byte[] key) {
        return key.length == Integer.BYTES
                ? String.valueOf(ByteBuffer.wrap(key)
                        .order(java.nio.ByteOrder.nativeOrder())
                        .getInt())
                : Arrays.toString(key);
    }
}
