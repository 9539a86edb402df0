// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import io.netty.handler.codec.quic.QuicConnectionIdGenerator;
import java.nio.ByteBuffer;
import java.util.Random;

/**
 * Connection ids that name their server: the plaintext algorithm of draft-ietf-quic-load-balancers, config 0, with a
 * server id of one byte.
 */
final class ServerIds implements QuicConnectionIdGenerator {
    private static final int LENGTH = 12;

    private final Random random = new Random();
    private final int serverId;

    ServerIds(int serverId) {
        this.serverId = serverId;
    }

    @Override
    public ByteBuffer newId(int length) {
        byte[] id = new byte[length];
        random.nextBytes(id);
        id[0] &= 0x1f; // the first three bits are the config's number
        id[1] = (byte) serverId;
        return ByteBuffer.wrap(id);
    }

    @Override
    public ByteBuffer newId(ByteBuffer input, int length) {
        return newId(length);
    }

    @Override
    public int maxConnectionIdLength() {
        return LENGTH;
    }

    @Override
    public boolean isIdempotent() {
        return false;
    }
}
