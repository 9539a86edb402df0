// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code struct vip_table}: all VIPs, and the addresses that have VIPs, in buckets of which none overflows. For that the
 * hash has a multiplier, and the first of a fixed sequence that serves is taken: the same VIPs make the same bytes.
 *
 * <p>VIPs that are prefixes are no part of it, but it says that there are some; {@link #prefixes} are those entries.
 */
public final class VipTable {
    /** Bytes of the map's value. */
    public static final int BYTES = 2_097_280;

    /** Entries beyond this are not worth trying: too few multipliers serve. */
    public static final int CAPACITY = 8192;

    private static final int HEADER_BYTES = 128;
    private static final int FLAGS_OFFSET = 8;
    private static final int ANY_PORT = 1;
    private static final int PREFIXES = 1 << 1;
    private static final int PER_BUCKET = 4;
    private static final int BUCKET_SHIFT = 50;
    private static final int BUCKETS = 1 << (Long.SIZE - BUCKET_SHIFT);
    private static final int BUCKET_BYTES = PER_BUCKET * VipRecord.LENGTH;

    private static final long FIRST_MULTIPLIER = 0x9e3779b97f4a7c15L;
    private static final long NEXT_MULTIPLIER = 0xd1342543de82ef95L;
    private static final int ATTEMPTS = 10_000;

    private VipTable() {}

    /**
     * The map's value.
     *
     * @throws IllegalArgumentException if the VIPs and their addresses are more than {@link #CAPACITY}
     */
    public static byte[] encode(Map<VipMatch, VipRecord> vips) {
        List<byte[]> entries = new ArrayList<>();
        int flags = 0;
        for (Map.Entry<VipMatch, VipRecord> vip : vips.entrySet()) {
            VipMatch key = vip.getKey();
            flags |= key.port() == 0 ? ANY_PORT : 0;
            if (key.isPrefix()) {
                flags |= PREFIXES;
            } else {
                entries.add(vip.getValue().encode(key));
            }
        }
        addresses(vips.keySet(), false).forEach((net, protocols) -> entries.add(protocols.encode(net)));
        return encode(entries, flags);
    }

    /** What the map {@code vip_prefixes} holds; prefixes as such, for packets without ports, have port and protocol 0. */
    public static Map<VipMatch, byte[]> prefixes(Map<VipMatch, VipRecord> vips) {
        Map<VipMatch, byte[]> entries = new LinkedHashMap<>();
        vips.forEach((key, record) -> {
            if (key.isPrefix()) {
                entries.put(key, record.encode(key));
            }
        });
        addresses(vips.keySet(), true).forEach((net, protocols) -> entries.put(net, protocols.encode(net)));
        return entries;
    }

    /** {@code struct vip_prefix_key}. */
    public static byte[] prefixKey(VipMatch prefix) {
        ByteBuffer buffer = ByteBuffer.allocate(Integer.BYTES * 2 + Addresses.LENGTH);
        buffer.order(ByteOrder.nativeOrder()).putInt(Integer.SIZE + prefix.mappedBits());
        buffer.order(ByteOrder.BIG_ENDIAN).put((byte) prefix.protocol()).put((byte) 0);
        return buffer.putShort((short) prefix.port())
                .put(Addresses.encode(prefix.address()))
                .array();
    }

    /** The prefix behind a {@link #prefixKey}. */
    public static VipMatch prefixOf(byte[] key) {
        ByteBuffer buffer = ByteBuffer.wrap(key).order(ByteOrder.nativeOrder());
        int bits = buffer.getInt() - Integer.SIZE;
        int protocol = buffer.get() & 0xff;
        int port = buffer.order(ByteOrder.BIG_ENDIAN).getShort(Integer.BYTES + 2) & 0xffff;
        return VipMatch.ofMapped(Arrays.copyOfRange(key, 2 * Integer.BYTES, key.length), bits, port, protocol);
    }

    /** The VIPs behind a map's value, without those that are prefixes. */
    public static Map<VipMatch, VipRecord> decode(byte[] table) {
        Map<VipMatch, VipRecord> vips = new LinkedHashMap<>();
        for (int at = HEADER_BYTES; at < table.length; at += VipRecord.LENGTH) {
            byte[] entry = Arrays.copyOfRange(table, at, at + VipRecord.LENGTH);
            if (!VipRecord.isNoVip(entry)) {
                ByteBuffer service = ByteBuffer.wrap(entry, Addresses.LENGTH, 3);
                VipMatch key = new VipMatch(Addresses.decode(entry), service.getShort() & 0xffff, service.get() & 0xff);
                vips.put(key, VipRecord.decode(entry));
            }
        }
        return vips;
    }

    /** An address or a prefix with VIPs, and of which protocols. */
    private record Protocols(boolean tcp, boolean udp) {
        static Protocols of(VipMatch key) {
            boolean tcp = VipRecord.isTcp(key);
            return new Protocols(tcp, !tcp);
        }

        Protocols plus(Protocols other) {
            return new Protocols(tcp || other.tcp, udp || other.udp);
        }

        byte[] encode(VipMatch net) {
            return VipRecord.encodeAddress(net.address(), tcp, udp);
        }
    }

    /** Those of VIPs that are prefixes, or of the others; each has the VIPs of the prefixes around it too. */
    private static Map<VipMatch, Protocols> addresses(Set<VipMatch> keys, boolean prefixes) {
        Map<VipMatch, Protocols> addresses = new LinkedHashMap<>();
        List<VipMatch> nets = keys.stream().filter(VipMatch::isPrefix).toList();
        for (VipMatch key : keys) {
            if (key.isPrefix() == prefixes) {
                VipMatch net = new VipMatch(key.address(), key.prefixLength(), 0, 0);
                addresses.merge(net, Protocols.of(key), Protocols::plus);
            }
        }
        addresses.replaceAll((net, protocols) -> nets.stream()
                .filter(around -> around.coversAddressesOf(net))
                .map(Protocols::of)
                .reduce(protocols, Protocols::plus));
        return addresses;
    }

    private static byte[] encode(List<byte[]> entries, int flags) {
        if (entries.size() > CAPACITY) {
            throw new IllegalArgumentException("the map of VIPs has room for " + CAPACITY
                    + " VIPs and addresses together, not for " + entries.size());
        }
        long multiplier = FIRST_MULTIPLIER;
        for (int i = 0; i < ATTEMPTS; i++) {
            if (fits(entries, multiplier)) {
                return encode(entries, flags, multiplier);
            }
            multiplier *= NEXT_MULTIPLIER;
        }
        throw new IllegalStateException(
                "none of " + ATTEMPTS + " multipliers spreads " + entries.size() + " VIPs and addresses");
    }

    private static boolean fits(List<byte[]> entries, long multiplier) {
        byte[] used = new byte[BUCKETS];
        for (byte[] entry : entries) {
            if (++used[bucketOf(entry, multiplier)] > PER_BUCKET) {
                return false;
            }
        }
        return true;
    }

    private static byte[] encode(List<byte[]> entries, int flags, long multiplier) {
        ByteBuffer table = ByteBuffer.allocate(BYTES).order(ByteOrder.nativeOrder());
        table.putLong(0, multiplier).putInt(FLAGS_OFFSET, flags);
        byte[] used = new byte[BUCKETS];
        for (byte[] entry : entries) {
            int bucket = bucketOf(entry, multiplier);
            table.put(HEADER_BYTES + bucket * BUCKET_BYTES + used[bucket]++ * VipRecord.LENGTH, entry);
        }
        return table.array();
    }

    /** {@code vip_bucket_of} in {@code lib/lookup.h}. */
    private static int bucketOf(byte[] entry, long multiplier) {
        ByteBuffer buffer = ByteBuffer.wrap(entry).order(ByteOrder.nativeOrder());
        long hash = buffer.getLong(0) * multiplier;
        hash ^= hash >>> 32;
        int service = buffer.getInt(Addresses.LENGTH) & 0xffffff;
        return (int) (((hash ^ buffer.getLong(Long.BYTES) ^ service) * multiplier) >>> BUCKET_SHIFT);
    }
}
