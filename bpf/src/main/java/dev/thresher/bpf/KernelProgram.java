// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;

/** A program that is in the kernel already, whoever loaded it. It leads to its maps, and keeps them while it is pinned. */
public final class KernelProgram implements AutoCloseable {
    // struct bpf_prog_info
    private static final int INFO_LENGTH = 128;
    private static final int INFO_ID = 4;
    private static final int INFO_MAPS = 52;
    private static final int INFO_MAP_IDS = 56;

    /** MAX_USED_MAPS of the kernel. */
    private static final int MOST_MAPS = 64;

    private final int fd;

    private KernelProgram(int fd) {
        this.fd = fd;
    }

    /** Opens a program by the kernel's id of it; empty when it is gone. The kernel wants CAP_SYS_ADMIN for it. */
    public static Optional<KernelProgram> openId(int id) {
        return opened(Native.BPF.bpf_prog_get_fd_by_id(id), "bpf_prog_get_fd_by_id(" + id + ")");
    }

    /** Opens a pinned program; empty when nothing is pinned there. */
    public static Optional<KernelProgram> openPinned(Path path) {
        return opened(Native.BPF.bpf_obj_get(path.toString()), "bpf_obj_get(" + path + ")");
    }

    /** Opens the one that an instance's link holds; empty when it has none. */
    public static Optional<KernelProgram> atWork(InstancePins pins) {
        return XdpLink.openPinned(pins.link()).flatMap(link -> {
            try (link) {
                return openId(link.programId());
            }
        });
    }

    private static Optional<KernelProgram> opened(int fd, String operation) {
        return fd == -Errno.ENOENT.intValue()
                ? Optional.empty()
                : Optional.of(new KernelProgram(Native.check(fd, operation)));
    }

    /** The kernel's id of it. */
    public int id() {
        return info(Native.allocate(INFO_LENGTH)).getInt(INFO_ID);
    }

    /** Opens all maps that it reads, by the names that the kernel knows them by. They are the caller's to close. */
    public List<BpfMap> maps() {
        Pointer ids = Native.allocate((long) MOST_MAPS * Integer.BYTES);
        Pointer info = Native.allocate(INFO_LENGTH);
        info.putInt(INFO_MAPS, MOST_MAPS);
        info.putPointer(INFO_MAP_IDS, ids);
        int count = info(info).getInt(INFO_MAPS);
        List<BpfMap> maps = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                BpfMap.openId(ids.getInt((long) i * Integer.BYTES)).ifPresent(maps::add);
            }
            return maps;
        } catch (RuntimeException e) {
            maps.forEach(BpfMap::close);
            throw e;
        }
    }

    /** Opens the one map whose name, as the kernel knows it, ends like this; empty when there is none. */
    public Optional<BpfMap> map(String ending) {
        BpfMap found = null;
        for (BpfMap map : maps()) {
            if (found == null && map.name().endsWith(ending)) {
                found = map;
            } else {
                map.close();
            }
        }
        return Optional.ofNullable(found);
    }

    /** The same, to run it, for as long as this is open. */
    public BpfProgram toRun() {
        return new BpfProgram("program " + id(), fd);
    }

    /** What the kernel knows of it, written to {@code info}. */
    private Pointer info(Pointer info) {
        Pointer length = Native.intOf(INFO_LENGTH);
        Native.check(
                Native.kept(Native.BPF.bpf_obj_get_info_by_fd(fd, info, length), length),
                "bpf_obj_get_info_by_fd(program)");
        return info;
    }

    public void pin(Path path) {
        Native.check(Native.BPF.bpf_obj_pin(fd, path.toString()), "bpf_obj_pin(program, " + path + ")");
    }

    @Override
    public void close() {
        Native.C.close(fd);
    }
}
