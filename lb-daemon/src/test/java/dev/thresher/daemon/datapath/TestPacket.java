// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfProgram;
import dev.thresher.config.Protocol;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.flows.Client;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A frame of a client's, as plain as the program takes it: no payload, no checksums. */
final class TestPacket {
    static final int FIN = 0x01;
    static final int SYN = 0x02;
    static final int RST = 0x04;
    static final int ACK = 0x10;

    private static final int ETHERNET = 14;
    private static final int TCP_BYTES = 20;
    private static final int UDP_BYTES = 8;

    private TestPacket() {}

    static byte[] of(Client client, VipKey destination, int tcpFlags) {
        boolean ipv6 = client.address() instanceof Inet6Address;
        int transport = destination.protocol() == Protocol.TCP ? TCP_BYTES : UDP_BYTES;
        ByteBuffer frame = ByteBuffer.allocate(ETHERNET + (ipv6 ? 40 : 20) + transport);
        frame.put(new byte[2 * 6]).putShort((short) (ipv6 ? 0x86dd : 0x0800));
        byte protocol = (byte) destination.protocol().number();
        if (ipv6) {
            frame.putInt(6 << 28).putShort((short) transport).put(protocol).put((byte) 64);
        } else {
            frame.putShort((short) 0x4500).putShort((short) (20 + transport)).putInt(0);
            frame.put((byte) 64).put(protocol).putShort((short) 0);
        }
        frame.put(client.address().getAddress()).put(destination.address().getAddress());
        frame.putShort((short) client.port()).putShort((short) destination.port());
        if (destination.protocol() == Protocol.TCP) {
            frame.putLong(0).put((byte) 0x50).put((byte) tcpFlags);
        }
        return frame.array();
    }

    /** Where an encapsulated packet goes. */
    static InetAddress outerDestination(BpfProgram.Output output) {
        byte[] frame = output.packet();
        boolean ipv6 = ByteBuffer.wrap(frame).getShort(12) == (short) 0x86dd;
        int from = ETHERNET + (ipv6 ? 24 : 16);
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(frame, from, from + (ipv6 ? 16 : 4)));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
