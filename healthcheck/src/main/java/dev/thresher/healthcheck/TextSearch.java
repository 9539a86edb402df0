// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Looks for a text in a stream of bytes that comes in pieces, up to a limit. */
final class TextSearch {
    private final byte[] wanted;
    private final int limit;

    /** The end of what has been read: one byte less than the text, so that it may lie across pieces. */
    private byte[] tail = new byte[0];

    private int read;

    TextSearch(String text, int limit) {
        this.wanted = text.getBytes(StandardCharsets.UTF_8);
        this.limit = limit;
    }

    /** Whether the text ends within this piece. */
    boolean findIn(ByteBuf piece) {
        int length = Math.min(piece.readableBytes(), limit - read);
        byte[] window = Arrays.copyOf(tail, tail.length + length);
        piece.getBytes(piece.readerIndex(), window, tail.length, length);
        read += length;
        for (int at = 0; at + wanted.length <= window.length; at++) {
            if (Arrays.equals(window, at, at + wanted.length, wanted, 0, wanted.length)) {
                return true;
            }
        }
        tail = Arrays.copyOfRange(window, Math.max(0, window.length - wanted.length + 1), window.length);
        return false;
    }

    /** Whether as much as may be has been read. */
    boolean isExhausted() {
        return read >= limit;
    }
}
