// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Breaks frames in every way: single bits and bytes of the headers, lengths, and what comes where. */
final class Mutator {
    private static final int ADDRESSES = 12;
    /** Bytes that hold all headers: that is where changes matter. */
    private static final int HEADERS = 100;

    private static final int SHORTEST = 14;
    private static final int MOST_CHANGES = 4;
    private static final int LONGEST_NOISE = 256;
    private static final int[] KEPT = {0, 14, 16, 34, 54, 62};
    /** Values at which a length or an offset turns into something else. */
    private static final int[] EDGES = {0, 1, 4, 5, 6, 7, 8, 15, 17, 40, 44, 58, 60, 127, 128, 129, 254, 255};

    private final SplittableRandom random;

    Mutator(SplittableRandom random) {
        this.random = random;
    }

    byte[] mutate(byte[] original) {
        byte[] frame = original.clone();
        for (int changes = random.nextInt(MOST_CHANGES); changes > 0; changes--) {
            change(frame, ADDRESSES + random.nextInt(Math.min(frame.length, HEADERS) - ADDRESSES));
        }
        return switch (random.nextInt(8)) {
            case 0 -> Arrays.copyOf(frame, SHORTEST + random.nextInt(frame.length - SHORTEST + 1));
            case 1 -> Arrays.copyOf(frame, frame.length + random.nextInt(64));
            case 2 -> moved(frame);
            default -> frame;
        };
    }

    /** Noise behind so many bytes of a frame: none, its Ethernet header, or all but the end of its headers. */
    byte[] noise(byte[] original) {
        byte[] frame = new byte[SHORTEST + random.nextInt(LONGEST_NOISE)];
        random.nextBytes(frame);
        int kept = KEPT[random.nextInt(KEPT.length)];
        System.arraycopy(original, 0, frame, 0, Math.min(Math.min(kept, original.length), frame.length));
        return frame;
    }

    private void change(byte[] frame, int at) {
        switch (random.nextInt(5)) {
            case 0 -> frame[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
            case 1 -> frame[at] = (byte) random.nextInt(256);
            case 2 -> frame[at] += (byte) (random.nextBoolean() ? 1 : -1);
            case 3 -> frame[at] = (byte) EDGES[random.nextInt(EDGES.length)];
            default -> frame[at] = frame[ADDRESSES + random.nextInt(frame.length - ADDRESSES)];
        }
    }

    /** All behind some place comes some bytes earlier or later. */
    private byte[] moved(byte[] frame) {
        int at = ADDRESSES + random.nextInt(frame.length - ADDRESSES);
        int by = random.nextInt(-8, 9);
        byte[] result = new byte[Math.max(SHORTEST, frame.length + by)];
        System.arraycopy(frame, 0, result, 0, Math.min(at, result.length));
        int from = Math.max(at, at - by);
        int to = from + by;
        int length = Math.min(frame.length - from, result.length - to);
        if (length > 0) {
            System.arraycopy(frame, from, result, to, length);
        }
        return result;
    }
}
