// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.Expected.Sound;
import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.layout.Counter;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Broken packets of every kind: the program does what it should with each, and never contradicts itself. */
class MutatedPacketsTest {
    private static final int PACKETS = Integer.getInteger("thresher.mutated-packets", 1_000_000);
    /** Bytes that hold all the headers: that is where changes matter. */
    private static final int HEADERS = 80;

    private static final int IPV4_HEADER = 20;

    private final Random random = Seeds.random(getClass());
    private final List<byte[]> originals = originals();
    private List<Service> services = List.of();

    private static List<byte[]> originals() {
        String client4 = "10.0.1.2:40000";
        String client6 = "[fd00:1::2]:40000";
        return Stream.of(
                        Frame.tcp(client4, "203.0.113.10:80").syn(),
                        Frame.tcp(client4, "203.0.113.10:80").ack().options(3).payload(30),
                        Frame.tcp(client4, "203.0.113.10:80").ack().payload(30).fragment(8, true),
                        Frame.udp(client4, "203.0.113.10:80").payload(30),
                        Frame.udp(client4, "203.0.113.11:80").options(10),
                        Frame.tcp(client4, "203.0.113.12:80").fin().padded(),
                        Frame.tcp(client6, "[2001:db8:cafe::10]:80").syn(),
                        Frame.tcp(client6, "[2001:db8:cafe::10]:80").ack().payload(30),
                        Frame.tcp(client6, "[2001:db8:cafe::10]:80").payload(30).fragment(0, true),
                        Frame.udp(client6, "[2001:db8:cafe::10]:80").payload(30),
                        Frame.udp(client6, "[2001:db8:cafe::11]:53"))
                .map(Frame::bytes)
                .toList();
    }

    @Test
    void program_does_with_every_packet_what_it_should() {
        try (LoadedProgram lb = LoadedProgram.load()) {
            addServices(lb);
            Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
            for (int i = 0; i < PACKETS; i++) {
                byte[] frame = mutate(originals.get(random.nextInt(originals.size())));
                verdicts.merge(check(lb, frame), 1, Integer::sum);
            }
            System.out.println("verdicts: " + verdicts);
            assertEquals(0, lb.counter(Counter.ABORTED));
            assertEquals(verdicts.getOrDefault(Verdict.PASS, 0).longValue(), lb.counter(Counter.PASS));
            assertTrue(
                    verdicts.getOrDefault(Verdict.TX, 0) > PACKETS / 10,
                    () -> "hardly any packet was for a VIP: " + verdicts);
        }
    }

    private void addServices(LoadedProgram lb) {
        services = List.of(
                lb.addVip("203.0.113.10", 80, Frame.TCP),
                lb.addVip("203.0.113.10", 0, Frame.UDP),
                lb.addVip("2001:db8:cafe::10", 80, Frame.TCP),
                lb.addVip("2001:db8:cafe::10", 0, Frame.UDP));
        for (Service service : services) {
            lb.setTable(service, lb.addMember(service, "10.0.3.11"), lb.addMember(service, "fd00:3::12"));
        }
    }

    private byte[] mutate(byte[] original) {
        byte[] frame = original.clone();
        for (int changes = random.nextInt(4); changes > 0; changes--) {
            int at = 12 + random.nextInt(Math.min(frame.length, HEADERS) - 12);
            switch (random.nextInt(4)) {
                case 0 -> frame[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> frame[at] = (byte) random.nextInt(256);
                case 2 -> frame[at] += (byte) (random.nextBoolean() ? 1 : -1);
                default -> frame[at] = (byte) (random.nextBoolean() ? 0 : -1);
            }
        }
        if (random.nextInt(4) == 0) {
            int length = Frame.ETHERNET_HEADER + random.nextInt(frame.length + 20 - Frame.ETHERNET_HEADER);
            frame = Arrays.copyOf(frame, length);
        }
        return frame;
    }

    private Verdict check(LoadedProgram lb, byte[] frame) {
        Optional<Sound> sound = Expected.parse(frame).filter(this::isForVip);
        BpfProgram.Output output = lb.run(frame);
        Verdict verdict = Verdict.of(output);
        Supplier<String> message = () -> HexFormat.of().formatHex(frame);
        if (sound.isEmpty()) {
            // Tags, extension headers, fragments and ICMP have tests of their own.
            assertTrue(verdict == Verdict.PASS || isRare(frame), message);
            if (verdict == Verdict.PASS) {
                assertArrayEquals(frame, output.packet(), message);
            }
        } else {
            assertEquals(Verdict.TX, verdict, message);
            assertWrapped(frame, sound.get(), output.packet(), message);
        }
        return verdict;
    }

    private static boolean isRare(byte[] frame) {
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        return switch (bytes.getShort(12) & 0xffff) {
            case 0x0800 -> frame[23] == 1 || (bytes.getShort(20) & 0x3fff) != 0;
            case 0x86dd -> frame[20] != Frame.TCP && frame[20] != Frame.UDP;
            default -> (bytes.getShort(12) & 0xffff) == 0x8100 || (bytes.getShort(12) & 0xffff) == 0x88a8;
        };
    }

    private boolean isForVip(Sound packet) {
        return services.stream()
                .anyMatch(service -> service.address().equals(packet.flow().destination())
                        && service.protocol() == packet.flow().protocol()
                        && (service.port() == 0
                                || service.port() == packet.flow().destinationPort()));
    }

    private static void assertWrapped(byte[] frame, Sound packet, byte[] sent, Supplier<String> message) {
        Encapsulated dissected = Encapsulated.dissect(sent);
        byte[] inner = Arrays.copyOfRange(frame, Frame.ETHERNET_HEADER, Frame.ETHERNET_HEADER + packet.length());
        assertArrayEquals(inner, dissected.inner(), message);
        if (dissected.ethernet().getType().value() == 0x0800) {
            assertEquals(0xffff, onesComplementSum(sent, Frame.ETHERNET_HEADER, IPV4_HEADER), message);
        }
    }

    /** RFC 1071: over a header with its checksum, all ones. */
    private static int onesComplementSum(byte[] bytes, int from, int length) {
        ByteBuffer words = ByteBuffer.wrap(bytes, from, length);
        int sum = 0;
        while (words.hasRemaining()) {
            sum += words.getShort() & 0xffff;
        }
        return (sum & 0xffff) + (sum >> 16);
    }
}
