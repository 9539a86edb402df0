// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.MapNames;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BpfMapTest {
    private static final int SERVERS = 32;

    private LoadedProgram lb;

    @BeforeEach
    void load() {
        lb = LoadedProgram.load();
    }

    @AfterEach
    void close() {
        lb.close();
    }

    /** The program's one hash map. */
    private BpfMap servers() {
        return lb.object().map(MapNames.QUIC_SERVERS);
    }

    private static byte[] server(int number) {
        return ByteBuffer.allocate(24).putInt(number).array();
    }

    @Test
    void lookup_returns_what_update_put() {
        byte[] value = LoadedProgram.key(7);
        servers().update(server(80), value);
        assertArrayEquals(value, servers().lookup(server(80)).orElseThrow());
    }

    @Test
    void lookup_of_a_missing_key_is_empty() {
        assertEquals(Optional.empty(), servers().lookup(server(80)));
    }

    @Test
    void delete_says_whether_the_key_was_there() {
        servers().update(server(80), LoadedProgram.key(7));
        assertTrue(servers().delete(server(80)));
        assertFalse(servers().delete(server(80)));
    }

    @Test
    void for_each_visits_every_key_once() {
        Set<Integer> ids = new HashSet<>();
        for (int id = 0; id < SERVERS; id++) {
            servers().update(server(1000 + id), LoadedProgram.key(id));
        }
        servers()
                .forEach((key, value) -> assertTrue(ids.add(
                        ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt())));
        assertEquals(SERVERS, ids.size());
    }

    @Test
    void for_each_of_an_empty_map_visits_nothing() {
        servers().forEach((key, value) -> {
            throw new AssertionError("a key in an empty map");
        });
    }

    @Test
    void full_map_says_what_it_holds() {
        for (int id = 0; id < SERVERS; id++) {
            servers().update(server(1000 + id), LoadedProgram.key(id));
        }
        byte[] value = LoadedProgram.key(1);
        Refusal.of(() -> servers().update(server(1), value))
                .is(Errno.E2BIG)
                .says("bpf_map_update_elem(quic_servers, key=", "the map holds " + SERVERS);
    }

    @Test
    void index_beyond_an_array_is_named() {
        BpfMap members = lb.object().map(MapNames.MEMBERS);
        Refusal.of(() -> members.update(LoadedProgram.key(5000), new byte[64]))
                .says("bpf_map_update_elem(members, key=5000): E2BIG");
    }

    @Test
    void read_array_agrees_with_lookup() {
        lb.setTable(lb.addVip("203.0.113.10", 80, Frame.TCP), 0);
        lb.run(Frame.tcp("10.0.1.2:1", "203.0.113.10:80"));
        lb.run(Frame.tcp("10.0.1.2:1", "203.0.113.11:80"));
        BpfMap counters = lb.object().map(MapNames.COUNTERS);
        int count = Counter.values().length;
        ByteBuffer all = counters.readArray(count);
        assertEquals(count * counters.valueBytes(), all.capacity());
        for (int index = 0; index < count; index++) {
            byte[] one = new byte[counters.valueBytes()];
            all.get(index * counters.valueBytes(), one);
            assertArrayEquals(counters.lookup(LoadedProgram.key(index)).orElseThrow(), one);
        }
    }

    @Test
    void read_array_of_more_than_one_batch() {
        int entries = 10_000;
        try (BpfMap array = BpfMap.createArray("test_array", Integer.BYTES, entries)) {
            for (int index : new int[] {0, 4095, 4096, 8192, entries - 1}) {
                array.update(LoadedProgram.key(index), LoadedProgram.key(index + 1));
            }
            ByteBuffer all = array.readArray(entries).order(ByteOrder.nativeOrder());
            assertEquals(4096, all.getInt(4095 * Integer.BYTES));
            assertEquals(4097, all.getInt(4096 * Integer.BYTES));
            assertEquals(8193, all.getInt(8192 * Integer.BYTES));
            assertEquals(entries, all.getInt((entries - 1) * Integer.BYTES));
            assertEquals(
                    5,
                    IntStream.range(0, entries)
                            .filter(i -> all.getInt(i * Integer.BYTES) != 0)
                            .count());
        }
    }

    @Test
    void value_of_a_per_cpu_map_holds_every_cpu() {
        BpfMap stats = lb.object().map(MapNames.MEMBER_STATS);
        assertEquals(24, stats.perCpuStride());
        assertEquals(24 * BpfMap.cpus(), stats.valueBytes());
        assertTrue(BpfMap.cpus() >= Runtime.getRuntime().availableProcessors());
    }

    @Test
    void memory_of_a_mapped_array_is_the_maps() {
        byte[] pair = new byte[128];
        pair[8] = 42;
        lb.object().map(MapNames.FLOWS).update(LoadedProgram.key(3), pair);
        assertEquals(42, lb.flows().raw(3 * 16 + 1));
    }

    @Test
    void map_of_an_object_stays_open_when_it_is_closed() {
        BpfMap map = servers();
        map.close();
        assertEquals(Optional.empty(), servers().lookup(server(80)));
    }

    @Test
    void inner_map_can_be_taken_out() {
        LoadedProgram.Service service = lb.addVip("203.0.113.10", 80, Frame.TCP);
        lb.setTable(service, lb.addMember(service, "10.0.3.11"));
        Frame frame = Frame.tcp("10.0.1.2:1", "203.0.113.10:80");
        assertEquals(Verdict.TX, Verdict.of(lb.run(frame)));
        lb.flows().clear();
        assertTrue(lb.object().map(MapNames.TABLES).delete(LoadedProgram.key(service.id())));
        assertEquals(Verdict.DROP, Verdict.of(lb.run(frame)));
    }

    @Test
    void many_inner_maps_go_in_one_call() {
        byte[] table = new byte[MapNames.TABLE_BYTES];
        List<BpfMap> inner = IntStream.range(0, 3)
                .mapToObj(i -> BpfMap.createArray("test_table", MapNames.TABLE_BYTES, 1))
                .toList();
        inner.forEach(map -> map.update(LoadedProgram.key(0), table));
        BpfMap tables = lb.object().map(MapNames.TABLES);
        tables.updateInner(List.of(4, 0, 9), inner);
        for (int i = 0; i < inner.size(); i++) {
            ByteBuffer id = ByteBuffer.wrap(
                            tables.lookup(LoadedProgram.key(List.of(4, 0, 9).get(i)))
                                    .orElseThrow())
                    .order(ByteOrder.nativeOrder());
            assertEquals(inner.get(i).info().id(), id.getInt());
        }
        inner.forEach(BpfMap::close);
    }

    @Test
    void pinned_map_is_found_again() throws Exception {
        try (TestPin pin = TestPin.named("map")) {
            assertEquals(
                    Optional.empty(),
                    BpfMap.openPinned(MapNames.QUIC_SERVERS, pin.toString()).map(BpfMap::name));
            servers().update(server(80), LoadedProgram.key(7));
            servers().pin(pin.toString());
            try (BpfMap found =
                    BpfMap.openPinned(MapNames.QUIC_SERVERS, pin.toString()).orElseThrow()) {
                assertEquals(servers().info(), found.info());
                assertTrue(found.lookup(server(80)).isPresent());
            }
        }
    }
}
