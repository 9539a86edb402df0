// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfException;
import dev.thresher.bpf.BpfMap;
import dev.thresher.bpf.layout.QuicConfig;
import dev.thresher.bpf.layout.QuicServerKey;
import dev.thresher.bpf.layout.SourceRouteKey;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import jnr.constants.platform.Errno;

/** An {@link EntryMap} in the kernel, with what turns its entries into bytes and back. */
final class KernelEntries<K, V> implements EntryMap<K, V> {
    private final Supplier<BpfMap> map;
    private final Codec<K> keys;
    private final Codec<V> values;

    private KernelEntries(Supplier<BpfMap> map, Codec<K> keys, Codec<V> values) {
        this.map = map;
        this.keys = keys;
        this.values = values;
    }

    /** Both ways between a value and its bytes. */
    private record Codec<T>(Function<T, byte[]> encode, Function<byte[], T> decode) {
        static final Codec<Integer> NUMBER = new Codec<>(Keys::of, Keys::number);
    }

    /** Member ids by server id. */
    static EntryMap<QuicServerKey, Integer> quicServers(Supplier<BpfMap> map) {
        return new KernelEntries<>(map, new Codec<>(QuicServerKey::encode, QuicServerKey::decode), Codec.NUMBER);
    }

    /** Member ids by client prefix. */
    static EntryMap<SourceRouteKey, Integer> sourceRoutes(Supplier<BpfMap> map) {
        return new KernelEntries<>(map, new Codec<>(SourceRouteKey::encode, SourceRouteKey::decode), Codec.NUMBER);
    }

    /** Interfaces by index; the kernel takes out those that go away. */
    static EntryMap<Integer, Integer> egress(Supplier<BpfMap> map) {
        return new Egress(new KernelEntries<>(map, Codec.NUMBER, Codec.NUMBER));
    }

    /** By VIP id. */
    static EntryMap<Integer, QuicConfig> quicConfigs(Supplier<BpfMap> map) {
        return new QuicConfigs(map);
    }

    @Override
    public Map<K, V> read() {
        Map<K, V> entries = new LinkedHashMap<>();
        map.get().forEach((key, value) -> entries.put(keys.decode.apply(key), values.decode.apply(value)));
        return entries;
    }

    @Override
    public int capacity() {
        return map.get().info().maxEntries();
    }

    @Override
    public void put(K key, V value) {
        map.get().update(keys.encode.apply(key), values.encode.apply(value));
    }

    @Override
    public void remove(K key) {
        map.get().delete(keys.encode.apply(key));
    }

    /** Tells why an interface is refused. */
    private record Egress(EntryMap<Integer, Integer> map) implements EntryMap<Integer, Integer> {
        @Override
        public Map<Integer, Integer> read() {
            return map.read();
        }

        @Override
        public int capacity() {
            return map.capacity();
        }

        @Override
        public void put(Integer index, Integer ifindex) {
            try {
                map.put(index, ifindex);
            } catch (BpfException e) {
                // What the kernel says of a number that no interface has (__dev_map_alloc_node()).
                if (e.errno() == Errno.EINVAL.intValue()) {
                    throw new NoSuchInterfaceException(ifindex, e);
                }
                throw e;
            }
        }

        @Override
        public void remove(Integer index) {
            map.remove(index);
        }
    }

    /** An array, which always holds all: to remove is to write zeroes. */
    private record QuicConfigs(Supplier<BpfMap> map) implements EntryMap<Integer, QuicConfig> {
        @Override
        public Map<Integer, QuicConfig> read() {
            int size = map.get().info().maxEntries();
            ByteBuffer all = map.get().readArray(size);
            byte[] bytes = new byte[QuicConfig.LENGTH];
            Map<Integer, QuicConfig> configs = new LinkedHashMap<>();
            for (int id = 0; id < size; id++) {
                all.get(id * QuicConfig.LENGTH, bytes);
                QuicConfig config = QuicConfig.decode(bytes);
                if (!config.equals(QuicConfig.NONE)) {
                    configs.put(id, config);
                }
            }
            return configs;
        }

        @Override
        public int capacity() {
            return map.get().info().maxEntries();
        }

        @Override
        public void put(Integer vipId, QuicConfig config) {
            map.get().update(Keys.of(vipId), config.encode());
        }

        @Override
        public void remove(Integer vipId) {
            put(vipId, QuicConfig.NONE);
        }
    }
}
