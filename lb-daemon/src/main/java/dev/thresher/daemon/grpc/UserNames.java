// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.Out;
import jnr.ffi.types.size_t;

/** Names of the host's users. Each is asked for once: a directory service may be slow, or gone. Any thread may ask. */
final class UserNames {
    /** The name is the first pointer of a struct passwd, which has 48 bytes on 64-bit Linux. */
    private static final int PASSWD_BYTES = 64;

    /** For the strings of an entry; one that needs more goes without a name. */
    private static final int STRINGS_BYTES = 16 << 10;

    private static final UserCalls C = LibraryLoader.create(UserCalls.class).load("libc.so.6");

    private final Map<Integer, String> descriptions = new ConcurrentHashMap<>();

    /** {@code root (uid 0)}, or {@code uid 4711} if it has no name. */
    String describe(int uid) {
        return descriptions.computeIfAbsent(uid, id -> {
            String number = "uid " + Integer.toUnsignedString(id);
            return name(id).map(name -> name + " (" + number + ")").orElse(number);
        });
    }

    private static Optional<String> name(int uid) {
        Runtime runtime = Runtime.getRuntime(C);
        Pointer entry = Memory.allocateDirect(runtime, PASSWD_BYTES);
        Pointer strings = Memory.allocateDirect(runtime, STRINGS_BYTES);
        Pointer found = Memory.allocateDirect(runtime, Long.BYTES);
        found.putLong(0, 0);
        int error = C.getpwuid_r(uid, entry, strings, STRINGS_BYTES, found);
        return error == 0 && found.getLong(0) != 0
                ? Optional.of(entry.getPointer(0).getString(0))
                : Optional.empty();
    }

    /** The C library's user database. Public because jnr-ffi asks for it. */
    public interface UserCalls {
        int getpwuid_r(int uid, @Out Pointer entry, @Out Pointer strings, @size_t long length, @Out Pointer result);
    }
}
