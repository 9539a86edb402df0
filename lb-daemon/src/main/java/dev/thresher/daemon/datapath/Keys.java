// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Numbers as maps have them for keys and values. */
final class Keys {
    private Keys() {}

    static byte[] of(int number) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(number)
                .array();
    }

    static int number(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getInt();
    }
}
