// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import jnr.ffi.Pointer;
import jnr.ffi.annotations.Delegate;
import jnr.ffi.types.size_t;
import jnr.ffi.types.u_int32_t;
import jnr.ffi.types.u_int64_t;
import org.jspecify.annotations.Nullable;

/**
 * The functions of {@code libbpf.so.1} that Thresher calls, by their C names. Integer results are {@code -errno}
 * on failure; pointer results are null, with errno in {@code LastError}. Public because jnr-ffi asks for it.
 */
public interface Libbpf {
    @Nullable
    Pointer bpf_object__open_mem(Pointer image, @size_t long size, @Nullable Pointer options);

    int bpf_object__load(Pointer object);

    void bpf_object__close(Pointer object);

    @Nullable
    Pointer bpf_object__find_map_by_name(Pointer object, String name);

    @Nullable
    Pointer bpf_object__find_program_by_name(Pointer object, String name);

    int bpf_program__fd(Pointer program);

    int bpf_program__set_autoload(Pointer program, boolean autoload);

    int bpf_program__set_log_buf(Pointer program, Pointer buffer, @size_t long size);

    int bpf_program__set_log_level(Pointer program, @u_int32_t int level);

    int bpf_map__fd(Pointer map);

    int bpf_map__set_max_entries(Pointer map, @u_int32_t int maxEntries);

    int bpf_map__set_pin_path(Pointer map, String path);

    int bpf_map__reuse_fd(Pointer map, int fd);

    int bpf_map__set_initial_value(Pointer map, Pointer data, @size_t long size);

    int bpf_map_create(
            int type,
            String name,
            @u_int32_t int keySize,
            @u_int32_t int valueSize,
            @u_int32_t int maxEntries,
            @Nullable Pointer options);

    int bpf_map_update_elem(int fd, Pointer key, Pointer value, @u_int64_t long flags);

    int bpf_map_lookup_elem(int fd, Pointer key, Pointer value);

    int bpf_map_delete_elem(int fd, Pointer key);

    int bpf_map_get_next_key(int fd, @Nullable Pointer key, Pointer nextKey);

    int bpf_map_update_batch(int fd, Pointer keys, Pointer values, Pointer count, @Nullable Pointer options);

    int bpf_map_lookup_batch(
            int fd,
            @Nullable Pointer inBatch,
            Pointer outBatch,
            Pointer keys,
            Pointer values,
            Pointer count,
            @Nullable Pointer options);

    int bpf_map_get_fd_by_id(@u_int32_t int id);

    int bpf_prog_get_fd_by_id(@u_int32_t int id);

    int bpf_prog_test_run_opts(int fd, Pointer options);

    int bpf_link_create(int programFd, int target, int attachType, Pointer options);

    int bpf_link_update(int linkFd, int programFd, @Nullable Pointer options);

    int bpf_link_detach(int linkFd);

    int bpf_obj_pin(int fd, String path);

    int bpf_obj_get(String path);

    int bpf_obj_get_info_by_fd(int fd, Pointer info, Pointer infoLength);

    int bpf_xdp_query(int ifindex, int flags, Pointer options);

    int bpf_tc_hook_create(Pointer hook);

    int bpf_tc_attach(Pointer hook, Pointer options);

    int bpf_tc_detach(Pointer hook, Pointer options);

    int bpf_tc_query(Pointer hook, Pointer options);

    int libbpf_num_possible_cpus();

    @Nullable
    Pointer libbpf_set_print(@Nullable PrintFunction function);

    /** Receives libbpf's messages; {@code arguments} is a C {@code va_list}. */
    interface PrintFunction {
        @Delegate
        int print(int level, Pointer format, Pointer arguments);
    }
}
