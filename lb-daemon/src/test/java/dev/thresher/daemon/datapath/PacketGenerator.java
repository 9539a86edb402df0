// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfObject;
import dev.thresher.bpf.BpfProgram;
import dev.thresher.bpf.MappedArray;
import dev.thresher.config.IpText;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.flows.Client;
import dev.thresher.hashing.FlowTuple;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Makes packets in the kernel ({@code packets.bpf.c}), some ten million a second, sends them through a program, and tells
 * where they went. Flows have numbers; the seed and its number say who a flow's client is, and the number alone which
 * VIP it is for: they take turns. One thread at a time.
 */
final class PacketGenerator implements AutoCloseable {
    private static final String OBJECT = "packets.bpf.o";

    // struct generator
    private static final int SEED = 0;
    private static final int FLOW = 8;
    private static final int STRIDE = 16;
    private static final int LEFT = 24;
    private static final int SENT = 32;
    private static final int MOVED = 40;
    private static final int FRAMES_USED = 48;
    private static final int FLAGS_USED = 52;
    private static final int TURN = 56;
    private static final int FLAGS = 60;
    private static final int FRAMES = 64;
    private static final int FLAGS_HELD = 4;
    private static final int FRAMES_HELD = 16;
    private static final int FRAME_LENGTH = 80;

    private static final long GOLDEN_RATIO = 0x9e3779b97f4a7c15L;
    private static final InetAddress IPV6_CLIENTS = IpText.parse("2001:db8:1::");

    private final BpfObject object;
    private final BpfProgram program;
    private final PrivateLoopback attachment;
    private final MappedArray generatorMemory;
    private final ByteBuffer generator;
    private final MappedArray destinationMemory;
    private final ByteBuffer destinations;
    private final List<VipKey> vips;
    private final long seed;

    /**
     * A generator for a target.
     *
     * @param noted flows below this number have their destinations noted
     */
    PacketGenerator(BpfProgram target, List<VipKey> vips, long seed, int noted) {
        if (vips.size() > FRAMES_HELD) {
            throw new IllegalArgumentException("at most " + FRAMES_HELD + " VIPs");
        }
        this.vips = List.copyOf(vips);
        this.seed = seed;
        this.object = BpfObject.open(OBJECT, image());
        object.setMaxEntries("destinations", noted);
        object.load();
        object.map("target").updateProgram(0, target);
        this.program = object.program("generate");
        this.attachment = new PrivateLoopback(program);
        this.generatorMemory = object.map(".bss").map();
        this.generator = generatorMemory.buffer();
        this.destinationMemory = object.map("destinations").map();
        this.destinations = destinationMemory.buffer();
        generator.putLong(SEED, seed);
        generator.putInt(FRAMES_USED, vips.size());
        for (int i = 0; i < vips.size(); i++) {
            generator.put(FRAMES + i * FRAME_LENGTH, frame(vips.get(i)));
        }
    }

    private static byte[] image() {
        try (InputStream stream = PacketGenerator.class.getResourceAsStream("/" + OBJECT)) {
            if (stream == null) {
                throw new IllegalStateException("no " + OBJECT + " among the test resources");
            }
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] frame(VipKey vip) {
        return TestPacket.of(new Client(client(vip, 0), 0), vip, 0);
    }

    /** Sends each of {@code count} flows one packet for each of {@code flags}, in a row, as TCP flags. */
    void send(long first, long stride, int count, int... flags) {
        if (flags.length == 0 || flags.length > FLAGS_HELD) {
            throw new IllegalArgumentException("1 to " + FLAGS_HELD + " packets a flow");
        }
        int packets = Math.multiplyExact(count, flags.length);
        generator.putLong(FLOW, first);
        generator.putLong(STRIDE, stride);
        generator.putLong(LEFT, packets);
        generator.putLong(SENT, 0);
        generator.putInt(FLAGS_USED, flags.length);
        generator.putInt(TURN, 0);
        for (int i = 0; i < flags.length; i++) {
            generator.put(FLAGS + i, (byte) flags[i]);
        }
        // One run more than there are packets: it sees what became of the last one.
        program.testRun(new byte[FRAME_LENGTH], packets + 1);
        if (generator.getLong(LEFT) != 0) {
            throw new IllegalStateException(generator.getLong(LEFT) + " packets were not sent");
        }
    }

    VipKey vip(long flow) {
        return vips.get((int) Long.remainderUnsigned(flow, vips.size()));
    }

    FlowTuple flow(long number) {
        VipKey vip = vip(number);
        long random = mix(seed + number * GOLDEN_RATIO);
        return new FlowTuple(
                client(vip, (int) random),
                (int) (random >>> 32) & 0xffff,
                vip.address(),
                vip.port(),
                vip.protocol().number());
    }

    /** The last 32 bits of where a flow's last packet was sent to; 0 if it was not sent. */
    int destination(int flow) {
        return (int) destinations.getLong(flow * Long.BYTES);
    }

    /** How many packets went elsewhere than the packet before of their flow. */
    long moved() {
        return generator.getLong(MOVED);
    }

    @Override
    public void close() {
        attachment.close();
        destinationMemory.close();
        generatorMemory.close();
        object.close();
    }

    private static long mix(long word) {
        long mixed = (word ^ word >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return mixed ^ mixed >>> 31;
    }

    private static InetAddress client(VipKey vip, int lastWord) {
        byte[] bytes = vip.address().getAddress().length == Integer.BYTES
                ? new byte[Integer.BYTES]
                : IPV6_CLIENTS.getAddress();
        ByteBuffer.wrap(bytes).putInt(bytes.length - Integer.BYTES, lastWord);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
