// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import dev.thresher.bpf.layout.Addresses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * {@code decap.bpf.c}, the program for real servers, and what it goes by. On an interface it outlives the process: its
 * link is pinned, and so are its maps, beside it.
 *
 * @param vips what inner packets must be for; others stay as they are
 * @param guePort UDP port of GUE, 0 to 65535; 0 for none
 */
public record Decapsulation(Set<Prefix> vips, int guePort) {
    private static final Path PINS = BpfFs.ROOT.resolve("thresher-real");

    /** IANA's number for GUE. */
    public static final int DEFAULT_GUE_PORT = 6080;

    private static final String OBJECT = "decap.bpf.o";
    private static final String PROGRAM = "decap";
    private static final String VIPS = "local_vips";
    private static final String SETTINGS = ".rodata";
    private static final String DROPS = "decap_drops";
    private static final int SETTINGS_LENGTH = 8;
    private static final int IPV4_BITS_BEFORE = 96;

    public Decapsulation {
        vips = Set.copyOf(vips);
        if (guePort < 0 || guePort > 0xffff) {
            throw new IllegalArgumentException("a UDP port is 0 to 65535, not " + guePort);
        }
    }

    /**
     * Addresses of VIPs.
     *
     * @param length bits of the address that count, 0 to 32 or 128
     */
    public record Prefix(InetAddress address, int length) {
        /** The one address. */
        public static Prefix of(InetAddress address) {
            return new Prefix(address, address.getAddress().length * Byte.SIZE);
        }

        private byte[] encode() {
            int before = address instanceof Inet4Address ? IPV4_BITS_BEFORE : 0;
            return ByteBuffer.allocate(Integer.BYTES + Addresses.LENGTH)
                    .order(ByteOrder.nativeOrder())
                    .putInt(before + length)
                    .put(Addresses.encode(address))
                    .array();
        }

        private static Prefix decode(byte[] key) {
            ByteBuffer buffer = ByteBuffer.wrap(key).order(ByteOrder.nativeOrder());
            int bits = buffer.getInt();
            byte[] bytes = new byte[Addresses.LENGTH];
            buffer.get(bytes);
            InetAddress address = Addresses.decode(bytes);
            return new Prefix(address, address instanceof Inet4Address ? bits - IPV4_BITS_BEFORE : bits);
        }

        @Override
        public String toString() {
            return address.getHostAddress() + "/" + length;
        }
    }

    /**
     * Where the link of an interface is pinned: under its name, in which a colon stands for each dot. bpffs takes no dots, and
     * the names of VLAN interfaces have them; colons the kernel takes in no interface's name.
     */
    public static Path pin(String interfaceName) {
        return PINS.resolve(interfaceName.replace('.', ':'));
    }

    /** Loads the object with its programs, ready to be attached; the caller closes it. */
    public BpfObject load() {
        BpfObject object = BpfObject.open(OBJECT);
        object.setReadOnlyData(ByteBuffer.allocate(SETTINGS_LENGTH)
                .order(ByteOrder.BIG_ENDIAN)
                .putShort((short) guePort)
                .array());
        object.load();
        byte[] value = new byte[Integer.BYTES];
        vips.forEach(vip -> object.map(VIPS).update(vip.encode(), value));
        return object;
    }

    /**
     * Decapsulates on an interface of this network namespace from now on. A program that an earlier call put there goes
     * in the same step, so no packet stays wrapped.
     *
     * @return whether there was one
     */
    public boolean attach(int ifindex, Path pin) throws IOException {
        Files.createDirectories(PINS);
        try (BpfObject object = load()) {
            boolean replaced = attach(object.program(PROGRAM), ifindex, pin);
            pinAnew(object.map(VIPS), vipsPin(pin));
            pinAnew(object.map(SETTINGS), settingsPin(pin));
            pinAnew(object.map(DROPS), dropsPin(pin));
            return replaced;
        }
    }

    private static boolean attach(BpfProgram program, int ifindex, Path pin) {
        Optional<XdpLink> pinned = XdpLink.openPinned(pin);
        if (pinned.isPresent()) {
            try (XdpLink link = pinned.get()) {
                if (link.isOn(ifindex)) {
                    link.update(program);
                    return true;
                }
                // It is left from an interface of that name that is gone.
                link.detach(pin);
            }
        }
        try (XdpLink link = program.attachXdp(ifindex, XdpMode.AUTO)) {
            link.pin(pin);
        }
        return false;
    }

    /** Ends what {@link #attach} began; answers whether there was anything. */
    public static boolean detach(Path pin) throws IOException {
        Optional<XdpLink> pinned = XdpLink.openPinned(pin);
        if (pinned.isPresent()) {
            try (XdpLink link = pinned.get()) {
                link.detach(pin);
            }
        }
        Files.deleteIfExists(vipsPin(pin));
        Files.deleteIfExists(settingsPin(pin));
        Files.deleteIfExists(dropsPin(pin));
        return pinned.isPresent();
    }

    /** What the program goes by that is on an interface; empty when there is none of ours. */
    public static Optional<Decapsulation> on(int ifindex, Path pin) {
        Optional<XdpLink> pinned = XdpLink.openPinned(pin);
        if (pinned.isEmpty()) {
            return Optional.empty();
        }
        try (XdpLink link = pinned.get()) {
            return link.isOn(ifindex)
                    ? Optional.of(new Decapsulation(pinnedVips(pin), pinnedPort(pin)))
                    : Optional.empty();
        }
    }

    private static Set<Prefix> pinnedVips(Path pin) {
        List<Prefix> vips = new ArrayList<>();
        BpfMap.openPinned(VIPS, vipsPin(pin).toString()).ifPresent(map -> {
            try (map) {
                map.forEach((key, value) -> vips.add(Prefix.decode(key)));
            }
        });
        return new HashSet<>(vips);
    }

    private static int pinnedPort(Path pin) {
        Optional<BpfMap> settings = BpfMap.openPinned(SETTINGS, settingsPin(pin).toString());
        if (settings.isEmpty()) {
            return 0;
        }
        try (BpfMap map = settings.get()) {
            byte[] value = map.lookup(new byte[Integer.BYTES]).orElseThrow();
            return ByteBuffer.wrap(value).getShort() & 0xffff;
        }
    }

    /** What the program dropped since it was attached; empty when it does not say, as one of an earlier version. */
    public static Map<DecapDrop, Long> drops(Path pin) {
        Optional<BpfMap> pinned = BpfMap.openPinned(DROPS, dropsPin(pin).toString());
        if (pinned.isEmpty()) {
            return Map.of();
        }
        try (BpfMap map = pinned.get()) {
            return drops(map);
        }
    }

    static Map<DecapDrop, Long> drops(BpfMap map) {
        Map<DecapDrop, Long> drops = new EnumMap<>(DecapDrop.class);
        for (DecapDrop reason : DecapDrop.values()) {
            byte[] key = ByteBuffer.allocate(Integer.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .putInt(reason.index())
                    .array();
            ByteBuffer ofCpus = ByteBuffer.wrap(map.lookup(key).orElseThrow()).order(ByteOrder.nativeOrder());
            long sum = 0;
            while (ofCpus.hasRemaining()) {
                sum += ofCpus.getLong();
            }
            drops.put(reason, sum);
        }
        return drops;
    }

    private static void pinAnew(BpfMap map, Path pin) {
        try {
            Files.deleteIfExists(pin);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove the pin " + pin, e);
        }
        map.pin(pin.toString());
    }

    private static Path vipsPin(Path pin) {
        return pin.resolveSibling(pin.getFileName() + "-vips");
    }

    private static Path dropsPin(Path pin) {
        return pin.resolveSibling(pin.getFileName() + "-drops");
    }

    private static Path settingsPin(Path pin) {
        return pin.resolveSibling(pin.getFileName() + "-settings");
    }
}
