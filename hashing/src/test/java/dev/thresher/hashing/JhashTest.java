// SPDX-License-Identifier: Apache-2.0
package dev.thresher.hashing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class JhashTest {
    private static final byte[] FOUR_SCORE = "Four score and seven years ago".getBytes(US_ASCII);

    /** {@code driver5()} of lookup3.c publishes these for {@code hashlittle}. */
    @Test
    void bytes_hash_as_published() {
        assertEquals(0xdeadbeef, Jhash.jhash(new byte[0], 0));
        assertEquals(0xbd5b7dde, Jhash.jhash(new byte[0], 0xdeadbeef));
        assertEquals(0x17770551, Jhash.jhash(FOUR_SCORE, 0));
        assertEquals(0xcd628161, Jhash.jhash(FOUR_SCORE, 1));
    }

    @Test
    void no_words_hash_to_the_start_value() {
        assertEquals(0xdeadbeef + 5, Jhash.jhash2(new int[0], 5));
    }

    /** The unrolled loop and the tail meet at 12 bytes; neither may read past the end. */
    @Property
    void words_hash_as_their_little_endian_bytes(@ForAll @Size(max = 40) byte[] bytes, @ForAll int seed) {
        byte[] whole = Arrays.copyOf(bytes, bytes.length & ~3);
        int[] words = new int[whole.length / 4];
        Arrays.setAll(words, i -> Jhash.word(whole, i * 4));
        assertEquals(Jhash.jhash(whole, seed), Jhash.jhash2(words, seed));
    }

    @Property
    void short_forms_equal_the_general_one(@ForAll int a, @ForAll int b, @ForAll int c, @ForAll int seed) {
        assertEquals(Jhash.jhash2(new int[] {a, b}, seed), Jhash.jhash2Words(a, b, seed));
        assertEquals(Jhash.jhash2(new int[] {a, b, c}, seed), Jhash.jhash3Words(a, b, c, seed));
    }

    @Test
    void word_is_what_a_little_endian_cpu_loads_from_the_packet() {
        assertEquals(0x0100000a, Jhash.word(new byte[] {99, 10, 0, 0, 1}, 1));
    }
}
