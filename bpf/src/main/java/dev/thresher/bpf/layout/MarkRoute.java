// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * {@code struct mark_route}: how the probe program wraps the packets of one mark, and where they leave.
 *
 * @param member the record by which clients' packets are wrapped for the same real server
 * @param ifindex the interface that they leave by
 */
public record MarkRoute(MemberRecord member, int ifindex) {
    /** Bytes. */
    public static final int LENGTH = MemberRecord.LENGTH + 8;

    public byte[] encode() {
        return ByteBuffer.allocate(LENGTH)
                .order(ByteOrder.nativeOrder())
                .put(member.encode())
                .putInt(ifindex)
                .array();
    }
}
