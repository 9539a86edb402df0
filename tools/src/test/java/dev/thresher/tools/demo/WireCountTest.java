// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.tools.lab.Topology;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WireCountTest {
    private static final String VIP4 = Topology.VIP4;
    private static final String VIP6 = Topology.VIP6;
    private static final int TCP = 6;
    private static final int UDP = 17;

    @TempDir
    private Path directory = Path.of("");

    @Test
    void requests_countInBothFamilies() throws IOException {
        assertEquals(
                new WireCount(2, 0, 0),
                count(ip("10.0.1.2", VIP4, TCP, new byte[20]), ip("fd00:1::2", VIP6, TCP, new byte[20])));
    }

    @Test
    void encapsulated_countsInAllFourCombinations() throws IOException {
        byte[] inner4 = ip("10.0.1.2", VIP4, TCP, new byte[20]);
        byte[] inner6 = ip("fd00:1::2", VIP6, TCP, new byte[20]);
        assertEquals(
                new WireCount(0, 4, 0),
                count(
                        ip("172.16.1.1", "10.0.3.11", 4, inner4),
                        ip("172.16.1.1", "10.0.3.11", 41, inner6),
                        ip("100::1", "fd00:3::11", 4, inner4),
                        ip("100::1", "fd00:3::11", 41, inner6)));
    }

    @Test
    void replies_countBareAndEncapsulated() throws IOException {
        byte[] reply = ip(VIP4, "10.0.1.2", TCP, new byte[20]);
        assertEquals(new WireCount(0, 0, 2), count(reply, ip("172.16.1.1", "10.0.3.11", 4, reply)));
    }

    @Test
    void otherTraffic_doesNotCount() throws IOException {
        assertEquals(
                new WireCount(0, 0, 0),
                count(
                        ip("10.0.2.2", "10.0.3.11", TCP, new byte[20]), // a health check
                        ip("10.0.1.2", VIP4, UDP, new byte[8]),
                        ip("172.16.1.1", "10.0.3.11", 4, ip("10.0.1.2", "10.0.9.9", TCP, new byte[20]))));
    }

    private WireCount count(byte[]... packets) throws IOException {
        ByteBuffer file = ByteBuffer.allocate(4096).order(ByteOrder.nativeOrder());
        file.position(24);
        for (byte[] packet : packets) {
            file.putLong(0).putInt(14 + packet.length).putInt(14 + packet.length);
            file.put(new byte[12]).order(ByteOrder.BIG_ENDIAN);
            file.putShort((short) (packet[0] >> 4 == 4 ? 0x0800 : 0x86dd)).order(ByteOrder.nativeOrder());
            file.put(packet);
        }
        byte[] content = new byte[file.position()];
        file.flip().get(content);
        Path capture = Files.write(directory.resolve("test.pcap"), content);
        return WireCount.of(capture);
    }

    private static byte[] ip(String from, String to, int protocol, byte[] payload) throws IOException {
        byte[] source = InetAddress.getByName(from).getAddress();
        byte[] destination = InetAddress.getByName(to).getAddress();
        boolean v4 = source.length == 4;
        ByteBuffer packet = ByteBuffer.allocate((v4 ? 20 : 40) + payload.length);
        packet.put(0, (byte) (v4 ? 0x45 : 0x60));
        packet.put(v4 ? 9 : 6, (byte) protocol);
        packet.put(v4 ? 12 : 8, source);
        packet.put(v4 ? 16 : 24, destination);
        packet.put(v4 ? 20 : 40, payload);
        return packet.array();
    }
}
