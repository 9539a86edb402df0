// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfMap;
import dev.thresher.bpf.layout.Counter;
import dev.thresher.daemon.state.Traffic;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Sums over the CPUs. */
public final class TrafficCounters {
    private static final int PACKETS = 0;
    private static final int BYTES = 8;
    private static final int NEW_FLOWS = 16;

    /** Member 0 does not exist; its counters keep what members that are gone were sent, so that sums never go back. */
    private static final int RETIRED = 0;

    private final Maps maps;

    TrafficCounters(Maps maps) {
        this.maps = maps;
    }

    /** Lends the maps that are in use now. */
    @FunctionalInterface
    interface Maps {
        <T> T read(Function<LoadedMaps, T> reading);
    }

    /** What members with ids below {@code count} were sent, by id; at 0, what members that are gone were sent. */
    public List<Traffic> members(int count) {
        return maps.read(loaded -> members(loaded.map(LbMap.MEMBER_STATS), count));
    }

    private static List<Traffic> members(BpfMap memberStats, int count) {
        ByteBuffer values = memberStats.readArray(count);
        List<Traffic> traffic = new ArrayList<>(count);
        for (int id = 0; id < count; id++) {
            traffic.add(new Traffic(
                    sum(memberStats, values, id, PACKETS),
                    sum(memberStats, values, id, BYTES),
                    sum(memberStats, values, id, NEW_FLOWS)));
        }
        return traffic;
    }

    /** Packets dropped for VIPs with ids below {@code count}, by id and reason. */
    public List<Map<Counter, Long>> vipDrops(int count) {
        return maps.read(loaded -> vipDrops(loaded.map(LbMap.VIP_STATS), count));
    }

    private static List<Map<Counter, Long>> vipDrops(BpfMap vipStats, int count) {
        ByteBuffer values = vipStats.readArray(count);
        List<Map<Counter, Long>> drops = new ArrayList<>(count);
        for (int id = 0; id < count; id++) {
            Map<Counter, Long> reasons = new EnumMap<>(Counter.class);
            int offset = 0;
            for (Counter reason : Counter.dropReasons()) {
                reasons.put(reason, sum(vipStats, values, id, offset));
                offset += Long.BYTES;
            }
            drops.add(reasons);
        }
        return drops;
    }

    public Map<Counter, Long> globals() {
        return maps.read(loaded -> globals(loaded.map(LbMap.COUNTERS)));
    }

    private static Map<Counter, Long> globals(BpfMap counters) {
        Counter[] all = Counter.values();
        ByteBuffer values = counters.readArray(all.length);
        Map<Counter, Long> globals = new EnumMap<>(Counter.class);
        for (int i = 0; i < all.length; i++) {
            globals.put(all[i], sum(counters, values, i, PACKETS));
        }
        return globals;
    }

    /** Empties the counters of members that are gone into those of member 0. */
    void retire(BitSet ids) {
        maps.read(loaded -> {
            retire(loaded.map(LbMap.MEMBER_STATS), ids);
            return ids;
        });
    }

    private static void retire(BpfMap memberStats, BitSet ids) {
        byte[] zeroes = new byte[memberStats.valueBytes()];
        byte[] sums = value(memberStats, RETIRED);
        ByteBuffer retired = ByteBuffer.wrap(sums).order(ByteOrder.nativeOrder());
        ids.stream().forEach(id -> {
            ByteBuffer gone = ByteBuffer.wrap(value(memberStats, id)).order(ByteOrder.nativeOrder());
            for (int offset = 0; offset < zeroes.length; offset += Long.BYTES) {
                retired.putLong(offset, retired.getLong(offset) + gone.getLong(offset));
            }
            memberStats.update(Keys.of(id), zeroes);
        });
        memberStats.update(Keys.of(RETIRED), sums);
    }

    private static byte[] value(BpfMap memberStats, int id) {
        return memberStats.lookup(Keys.of(id)).orElseThrow();
    }

    private static long sum(BpfMap map, ByteBuffer values, int index, int offset) {
        long sum = 0;
        for (int cpu = 0; cpu < BpfMap.cpus(); cpu++) {
            sum += values.getLong(index * map.valueBytes() + cpu * map.perCpuStride() + offset);
        }
        return sum;
    }
}
