// SPDX-License-Identifier: Apache-2.0
package dev.thresher.hashing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The connection table's hash of a flow, 64 bits: the Java twin of {@code flow_hash} in {@code lib/hash.h}. Keyed, so
 * that strangers cannot fill one bucket on purpose.
 *
 * <p>The data plane hashes words as the CPU loads them from the packet, so they are little-endian here: see {@link
 * Jhash}.
 *
 * @param multiplier0 odd
 * @param multiplier1 odd
 */
public record FlowHash(long seed0, long seed1, long multiplier0, long multiplier1) {
    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle HALF = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int IPV4_BYTES = 4;

    public long of(FlowTuple flow) {
        byte[] source = flow.source().getAddress();
        byte[] destination = flow.destination().getAddress();
        long hash = seed0;
        if (source.length == IPV4_BYTES) {
            hash = fold(hash, word(source) << 32 | word(destination), multiplier0);
        } else {
            hash = fold(hash, (long) HALF.get(source, 0), multiplier0);
            hash = fold(hash, (long) HALF.get(source, Long.BYTES), multiplier1);
            hash = fold(hash, (long) HALF.get(destination, 0), multiplier0);
            hash = fold(hash, (long) HALF.get(destination, Long.BYTES), multiplier1);
        }
        hash = fold(hash, ports(flow) ^ seed1, multiplier1);
        return fold(hash, 0, multiplier0);
    }

    private static long fold(long hash, long word, long multiplier) {
        long product = (hash ^ word) * multiplier;
        return product ^ product >>> 32;
    }

    /** The protocol, and below it both ports as they lie in the packet. */
    private static long ports(FlowTuple flow) {
        return (long) flow.protocol() << 32 | Integer.toUnsignedLong(flow.portsWord());
    }

    private static long word(byte[] address) {
        return Integer.toUnsignedLong((int) WORD.get(address, 0));
    }
}
