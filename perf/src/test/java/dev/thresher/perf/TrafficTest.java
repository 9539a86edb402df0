// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.perf.Traffic.Kind;
import org.junit.jupiter.api.Test;

class TrafficTest {
    private static int at(byte[] frame, int offset) {
        return ((frame[offset] & 0xff) << 8) | (frame[offset + 1] & 0xff);
    }

    @Test
    void every_frame_is_as_long_as_its_headers_say() {
        for (Kind kind : Kind.values()) {
            byte[] frame = new Traffic(kind, 0, 0).frame();
            assertEquals(Traffic.FRAME_LENGTH, frame.length);
            int ethernet = kind.linkLength();
            int length = kind.isIpv6() ? 40 + at(frame, ethernet + 4) : at(frame, ethernet + 2);
            assertEquals(Traffic.FRAME_LENGTH - ethernet, length, kind.name());
            int transport = ethernet + (kind.isIpv6() ? 40 : 20);
            assertEquals(Traffic.VIP_PORT, at(frame, transport + 2), kind.name());
            if (kind == Kind.UDP_IPV4 || kind == Kind.QUIC_IPV4) {
                assertEquals(Traffic.FRAME_LENGTH - transport, at(frame, transport + 4));
            }
        }
    }

    @Test
    void addresses_count_up_in_their_last_32_bits() {
        assertEquals(Traffic.address("198.18.1.1"), Traffic.after(Traffic.address("198.18.0.255"), 2));
        assertEquals(Traffic.address("fd00::1:0"), Traffic.after(Traffic.address("fd00::ffff"), 1));
    }
}
