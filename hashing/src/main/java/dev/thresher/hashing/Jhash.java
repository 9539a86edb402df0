// SPDX-License-Identifier: Apache-2.0
package dev.thresher.hashing;

import static java.lang.Integer.rotateLeft;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Bob Jenkins's lookup3 (2006, public domain) with the constants and calling conventions of the Linux kernel's {@code
 * jhash}: the Java twin of the hash that picks slots in the data plane.
 *
 * <p><b>Byte order.</b> The hash works on 32-bit words and knows no byte order. The data plane hashes words as the CPU
 * loads them from the packet, where addresses and ports are big-endian; on the little-endian machines that Thresher runs
 * on, 10.0.0.1 (bytes {@code 0a 00 00 01}) is the word {@code 0x0100000a}. Who wants the same result gives the same
 * words: {@link #word} loads four packet bytes as the data plane does, and never as {@code ByteBuffer.getInt()} would by
 * default. A value that the C code has converted (say with {@code bpf_ntohs}) is a plain number on both sides. {@link
 * #jhash} loads little-endian words, so for a multiple of four bytes it equals {@link #jhash2} of their
 * {@link #word}s.
 *
 * <p>Not for keys that an attacker chooses unless the seed is secret.
 */
public final class Jhash {
    private static final int INITIAL = 0xdeadbeef;
    private static final VarHandle LITTLE_ENDIAN =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private Jhash() {}

    /** Four bytes of a packet as the word that the data plane hashes. */
    public static int word(byte[] bytes, int index) {
        return (int) LITTLE_ENDIAN.get(bytes, index);
    }

    /** {@code jhash(key, length, initval)}: bytes, any number of them. */
    public static int jhash(byte[] key, int seed) {
        int words = key.length >> 2;
        int rest = key.length & 3;
        int[] padded = new int[words + (rest == 0 ? 0 : 1)];
        for (int i = 0; i < words; i++) {
            padded[i] = word(key, i << 2);
        }
        // A short last word is padded with zeros, but the length that enters the hash is the real one.
        for (int i = 0; i < rest; i++) {
            padded[words] |= (key[(words << 2) + i] & 0xff) << (8 * i);
        }
        return hash(padded, key.length, seed);
    }

    /** {@code jhash2(words, length, initval)}. */
    public static int jhash2(int[] words, int seed) {
        return hash(words, words.length << 2, seed);
    }

    /** {@code jhash_2words(a, b, initval)}; equals {@link #jhash2} of the two. */
    public static int jhash2Words(int a, int b, int seed) {
        int start = start(2 << 2, seed);
        return last(start + a, start + b, start);
    }

    /** {@code jhash_3words(a, b, c, initval)}; equals {@link #jhash2} of the three. */
    public static int jhash3Words(int a, int b, int c, int seed) {
        int start = start(3 << 2, seed);
        return last(start + a, start + b, start + c);
    }

    private static int start(int bytes, int seed) {
        return INITIAL + bytes + seed;
    }

    private static int hash(int[] words, int bytes, int seed) {
        int a = start(bytes, seed);
        int b = a;
        int c = a;
        int i = 0;
        // Exactly three words left go to the final mixing, which is the stronger one.
        for (; words.length - i > 3; i += 3) {
            a += words[i];
            b += words[i + 1];
            c += words[i + 2];
            a = (a - c) ^ rotateLeft(c, 4);
            c += b;
            b = (b - a) ^ rotateLeft(a, 6);
            a += c;
            c = (c - b) ^ rotateLeft(b, 8);
            b += a;
            a = (a - c) ^ rotateLeft(c, 16);
            c += b;
            b = (b - a) ^ rotateLeft(a, 19);
            a += c;
            c = (c - b) ^ rotateLeft(b, 4);
            b += a;
        }
        int left = words.length - i;
        if (left == 0) {
            return c;
        }
        a += words[i];
        b += left > 1 ? words[i + 1] : 0;
        c += left > 2 ? words[i + 2] : 0;
        return last(a, b, c);
    }

    private static int last(int first, int second, int third) {
        int a = first;
        int b = second;
        int c = third;
        c = (c ^ b) - rotateLeft(b, 14);
        a = (a ^ c) - rotateLeft(c, 11);
        b = (b ^ a) - rotateLeft(a, 25);
        c = (c ^ b) - rotateLeft(b, 16);
        a = (a ^ c) - rotateLeft(c, 4);
        b = (b ^ a) - rotateLeft(a, 14);
        return (c ^ b) - rotateLeft(b, 24);
    }
}
