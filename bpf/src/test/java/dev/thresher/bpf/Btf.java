// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;

/** The types of a compiled program, read through libbpf. */
final class Btf implements AutoCloseable {
    private static final Functions LIBBPF =
            LibraryLoader.create(Functions.class).failImmediately().load("libbpf.so.1");

    private static final int KIND_STRUCT = 4;
    private static final int KIND_ENUM = 6;
    // struct btf_type: name, info, size; then the members or enumerators.
    private static final int INFO = 4;
    private static final int SIZE = 8;
    private static final int CONTENT = 12;
    private static final int COUNT_MASK = 0xffff;
    // struct btf_member: name, type, offset in bits.
    private static final int MEMBER_LENGTH = 12;
    private static final int MEMBER_OFFSET = 8;
    // struct btf_enum: name, value.
    private static final int ENUMERATOR_LENGTH = 8;
    private static final int ENUMERATOR_VALUE = 4;

    private final Pointer btf;

    /** Public because jnr-ffi asks for it. */
    public interface Functions {
        @Nullable
        Pointer btf__parse(String path, @Nullable Pointer extension);

        int btf__find_by_name_kind(Pointer btf, String name, int kind);

        Pointer btf__type_by_id(Pointer btf, int id);

        String btf__name_by_offset(Pointer btf, int offset);

        void btf__free(Pointer btf);
    }

    /** Bytes in all, and from the start to each member. */
    record Struct(int size, Map<String, Integer> offsets) {}

    private Btf(Pointer btf) {
        this.btf = btf;
    }

    static Btf parse(Path object) {
        return new Btf(Native.check(LIBBPF.btf__parse(object.toString(), null), "btf__parse(" + object + ")"));
    }

    Struct struct(String name) {
        Pointer type = find(name, KIND_STRUCT);
        Map<String, Integer> offsets = new LinkedHashMap<>();
        for (int i = 0; i < count(type); i++) {
            int at = CONTENT + i * MEMBER_LENGTH;
            offsets.put(name(type, at), type.getInt(at + MEMBER_OFFSET) / Byte.SIZE);
        }
        return new Struct(type.getInt(SIZE), offsets);
    }

    /** Enumerators and their values, in the order of the source. */
    Map<String, Integer> enumeration(String name) {
        Pointer type = find(name, KIND_ENUM);
        Map<String, Integer> values = new LinkedHashMap<>();
        for (int i = 0; i < count(type); i++) {
            int at = CONTENT + i * ENUMERATOR_LENGTH;
            values.put(name(type, at), type.getInt(at + ENUMERATOR_VALUE));
        }
        return values;
    }

    @Override
    public void close() {
        LIBBPF.btf__free(btf);
    }

    private Pointer find(String name, int kind) {
        int id = Native.check(LIBBPF.btf__find_by_name_kind(btf, name, kind), "btf__find_by_name_kind(" + name + ")");
        return LIBBPF.btf__type_by_id(btf, id);
    }

    private static int count(Pointer type) {
        return type.getInt(INFO) & COUNT_MASK;
    }

    private String name(Pointer type, int at) {
        return LIBBPF.btf__name_by_offset(btf, type.getInt(at));
    }
}
