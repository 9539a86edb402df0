// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import java.nio.charset.StandardCharsets;
import jnr.ffi.Pointer;

/**
 * What the kernel says of a map.
 *
 * @param type {@code enum bpf_map_type}
 * @param keySize in bytes
 * @param valueSize in bytes
 * @param name as it was created with, of at most 15 characters
 */
public record MapInfo(int type, int id, int keySize, int valueSize, int maxEntries, int flags, String name) {
    // struct bpf_map_info
    private static final int LENGTH = 88;
    private static final int NAME = 24;
    private static final int NAME_LENGTH = 16;

    static MapInfo of(int fd) {
        Pointer info = Native.allocate(LENGTH);
        Pointer length = Native.intOf(LENGTH);
        Native.check(
                Native.kept(Native.BPF.bpf_obj_get_info_by_fd(fd, info, length), length),
                "bpf_obj_get_info_by_fd(map)");
        return new MapInfo(
                info.getInt(0),
                info.getInt(4),
                info.getInt(8),
                info.getInt(12),
                info.getInt(16),
                info.getInt(20),
                info.getString(NAME, NAME_LENGTH, StandardCharsets.US_ASCII));
    }

    /** Could a program that wants {@code other} use a map like this? */
    boolean fits(MapInfo other) {
        return type == other.type
                && keySize == other.keySize
                && valueSize == other.valueSize
                && maxEntries == other.maxEntries
                && flags == other.flags;
    }
}
