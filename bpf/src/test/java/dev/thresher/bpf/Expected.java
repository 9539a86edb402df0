// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import dev.thresher.hashing.FlowTuple;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** What the program has to make of a frame, said once more and in another language. */
final class Expected {
    private static final int TYPE_IPV4 = 0x0800;
    private static final int TYPE_IPV6 = 0x86dd;
    private static final int IPV6_HEADER = 40;

    private Expected() {}

    /** A TCP or UDP packet that is whole. */
    record Sound(FlowTuple flow, int length) {}

    /** The packet in the frame, unless the load balancer has to leave it to the kernel whatever its destination is. */
    static Optional<Sound> parse(byte[] frame) {
        ByteBuffer packet = ByteBuffer.wrap(frame, Frame.ETHERNET_HEADER, frame.length - Frame.ETHERNET_HEADER)
                .slice();
        return switch (ByteBuffer.wrap(frame).getShort(12) & 0xffff) {
            case TYPE_IPV4 -> ipv4(packet);
            case TYPE_IPV6 -> ipv6(packet);
            default -> Optional.empty();
        };
    }

    private static Optional<Sound> ipv4(ByteBuffer packet) {
        if (packet.capacity() < 20 || packet.get(0) >> 4 != 4) {
            return Optional.empty();
        }
        int header = (packet.get(0) & 0xf) * Integer.BYTES;
        int length = packet.getShort(2) & 0xffff;
        boolean fragment = (packet.getShort(6) & 0x3fff) != 0;
        if (header < 20 || fragment || length > packet.capacity()) {
            return Optional.empty();
        }
        return transport(packet, header, length, packet.get(9), address(packet, 12, 4), address(packet, 16, 4));
    }

    private static Optional<Sound> ipv6(ByteBuffer packet) {
        if (packet.capacity() < IPV6_HEADER || (packet.get(0) >> 4 & 0xf) != 6) {
            return Optional.empty();
        }
        int length = IPV6_HEADER + (packet.getShort(4) & 0xffff);
        InetAddress source = address(packet, 8, 16);
        InetAddress destination = address(packet, 24, 16);
        boolean mapped = source.getAddress().length != destination.getAddress().length;
        if (length > packet.capacity() || mapped) {
            return Optional.empty();
        }
        return transport(packet, IPV6_HEADER, length, packet.get(6), source, destination);
    }

    private static Optional<Sound> transport(
            ByteBuffer packet, int header, int length, int protocol, InetAddress source, InetAddress destination) {
        int minimum = protocol == Frame.TCP ? 20 : 8;
        if ((protocol != Frame.TCP && protocol != Frame.UDP) || length < header + minimum) {
            return Optional.empty();
        }
        int sourcePort = packet.getShort(header) & 0xffff;
        int destinationPort = packet.getShort(header + 2) & 0xffff;
        return Optional.of(
                new Sound(new FlowTuple(source, sourcePort, destination, destinationPort, protocol), length));
    }

    private static InetAddress address(ByteBuffer packet, int at, int bytes) {
        try {
            return InetAddress.getByAddress(
                    Arrays.copyOfRange(packet.array(), packet.arrayOffset() + at, packet.arrayOffset() + at + bytes));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
