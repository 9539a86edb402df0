// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.CurrentThread;
import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.FlowPlace;
import dev.thresher.bpf.layout.ProgramSettings;
import dev.thresher.bpf.layout.ProgramSettings.HashKey;
import dev.thresher.bpf.layout.VipRecord;
import dev.thresher.config.FlowSettings;
import dev.thresher.config.VipKey;
import dev.thresher.hashing.FlowHash;
import dev.thresher.hashing.FlowTuple;
import dev.thresher.hashing.SlotHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Two processors at work on the same few buckets, on flows that begin, are confirmed, end and evict each other. Tables do
 * not change meanwhile, so each flow has one member that is right, which the Java twins of the hashes know.
 */
final class RacingProcessorsTest {
    private static final int PLACES = 1 << 10;
    private static final int ESTABLISHED = PLACES / 2;

    /** Flows that both processors begin and end: twice as many as there are places. */
    private static final int CONTESTED = 2 * PLACES;

    private static final int FLOWS = ESTABLISHED + CONTESTED;
    private static final int PROCESSORS = 2;
    private static final int PASSES = 1_000;

    /** Established flows that leave hardly any pair of buckets with a free place. */
    private static final int CROWD = 2 * PLACES;

    private static final int DUELS_PER_PAIR = 10;
    private static final int PACKETS_PER_DUEL = 5_000;
    private static final Duration HALF_AN_HOUR = Duration.ofMinutes(30);

    private static final int[][] LIVES = {
        {TestPacket.SYN},
        {TestPacket.ACK},
        {TestPacket.RST},
        {TestPacket.SYN, TestPacket.ACK},
        {TestPacket.SYN, TestPacket.ACK, TestPacket.RST}
    };

    /** Two flows of one VIP and different members in a pair of buckets with one place for both. */
    private record Duel(List<Integer> flows) {}

    /** What one of the processors does. */
    private interface Work {
        void run(int number, PacketGenerator packets) throws Exception;
    }

    /** All that an entry says about whose it is. */
    private record Key(int pair, int tag) {}

    private final long seed = TestSeed.of(getClass());
    private final Map<Key, Set<Integer>> membersOfFlows = new HashMap<>();
    private final Key[] keys = new Key[FLOWS];
    private final int[] choices = new int[FLOWS];
    private final List<PacketGenerator> generators = new ArrayList<>();
    private RunningProgram program;

    @BeforeEach
    void load() throws DatapathException {
        FlowSettings settings = new FlowSettings(PLACES, HALF_AN_HOUR, HALF_AN_HOUR, HALF_AN_HOUR);
        program = new RunningProgram("race-test", settings, new Maglev());
        program.vip(RunningProgram.tcp("203.0.113.10", 80), true, "10.0.3.11", "10.0.3.12", "10.0.3.13");
        program.vip(RunningProgram.tcp("2001:db8:cafe::10", 80), true, "fd00:3::21", "fd00:3::22", "10.0.3.11");
        program.vip(RunningProgram.tcp("203.0.113.10", 443), true, "10.0.3.31", "10.0.3.12", "fd00:3::21");
        for (int i = 0; i < PROCESSORS; i++) {
            generators.add(new PacketGenerator(program.datapath().program(), program.vips(), seed, FLOWS));
        }
        predict();
    }

    @AfterEach
    void unload() {
        generators.forEach(PacketGenerator::close);
        program.close();
    }

    @Test
    void processorsThatShareBuckets_recordNoWrongMemberAndLoseNoConfirmedFlow() throws Exception {
        generators.get(0).send(0, 1, ESTABLISHED, TestPacket.SYN, TestPacket.ACK);
        Map<Integer, FlowEntry> established = entries();
        race((number, packets) -> {
            Random random = new Random(seed + number);
            for (int pass = 0; pass < PASSES; pass++) {
                packets.send(0, 1, ESTABLISHED, TestPacket.ACK);
                packets.send(ESTABLISHED, 1, CONTESTED, LIVES[random.nextInt(LIVES.length)]);
            }
        });
        assertKept(established);
    }

    @Test
    void processorsThatShareOnePlace_recordNoWrongMemberAndLoseNoConfirmedFlow() throws Exception {
        generators.get(0).send(0, 1, CROWD, TestPacket.SYN, TestPacket.ACK);
        List<Duel> duels = duels();
        Map<Integer, FlowEntry> established = entries();
        established.values().removeIf(entry -> !entry.confirmed());
        CyclicBarrier together = new CyclicBarrier(PROCESSORS);
        race((number, packets) -> {
            for (int round = 0; round < DUELS_PER_PAIR; round++) {
                for (Duel duel : duels) {
                    together.await();
                    packets.send(
                            duel.flows.get(number),
                            0,
                            PACKETS_PER_DUEL,
                            TestPacket.SYN,
                            TestPacket.ACK,
                            TestPacket.RST);
                }
            }
        });
        assertKept(established);
    }

    /** Ends one flow in each pair of buckets: its place is what the duel is for. */
    private List<Duel> duels() {
        Map<Integer, Integer> ended = new HashMap<>();
        Set<Key> recorded = new HashSet<>();
        entries().forEach((place, entry) -> recorded.add(new Key(place / FlowEntry.PER_PAIR, entry.tag())));
        for (int flow = 0; flow < CROWD; flow++) {
            if (recorded.contains(keys[flow]) && ended.putIfAbsent(keys[flow].pair, flow) == null) {
                generators.get(0).send(flow, 0, 1, TestPacket.RST);
            }
        }
        Map<Integer, Duel> byPair = new HashMap<>();
        for (int a = CROWD; a < FLOWS; a++) {
            for (int b = CROWD; b < FLOWS; b++) {
                boolean rivals = keys[a].pair == keys[b].pair && choices[a] != choices[b];
                if (rivals && generators.get(0).vip(a).equals(generators.get(0).vip(b))) {
                    byPair.putIfAbsent(keys[a].pair, new Duel(List.of(a, b)));
                }
            }
        }
        assertTrue(byPair.size() > PLACES / FlowEntry.PER_PAIR / 2, "few flows to fight a duel");
        return List.copyOf(byPair.values());
    }

    /** Has the processors work at once, and reads the table again and again meanwhile. */
    private void race(Work work) throws Exception {
        List<Integer> processors = processors();
        assertTrue(processors.size() >= PROCESSORS, "a race takes two processors, and here is one");
        ExecutorService threads = Executors.newFixedThreadPool(PROCESSORS);
        int twice = 0;
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < PROCESSORS; i++) {
                int number = i;
                running.add(threads.submit(() -> {
                    CurrentThread.pinTo(processors.get(number));
                    work.run(number, generators.get(number));
                    return number;
                }));
            }
            for (Future<?> each : running) {
                while (!isDone(each)) {
                    twice += assertMembersAreRight();
                }
            }
        } finally {
            threads.shutdownNow();
        }
        twice += assertMembersAreRight();
        System.out.printf(
                "%d entries evicted, %d flows untracked, %d sightings of flows that are recorded twice%n",
                program.counter(Counter.FLOW_EVICTED_UNCONFIRMED), program.counter(Counter.FLOW_UNTRACKED), twice);
        assertEquals(
                0,
                generators.stream().mapToLong(PacketGenerator::moved).sum(),
                "packets that went elsewhere than their flow's one before");
    }

    private void assertKept(Map<Integer, FlowEntry> established) {
        Map<Integer, FlowEntry> now = entries();
        established.forEach((place, entry) -> assertEquals(entry, now.get(place), "the entry at " + place));
        assertTrue(program.counter(Counter.FLOW_EVICTED_UNCONFIRMED) > PASSES, "the flows did not evict each other");
        assertEquals(0, program.counter(Counter.FLOW_EVICTED_IDLE));
        assertEquals(0, program.counter(Counter.ABORTED));
    }

    private static boolean isDone(Future<?> running) throws InterruptedException, ExecutionException {
        try {
            running.get(10, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    /** Those that this process may run on. */
    private static List<Integer> processors() {
        String list;
        try {
            list = Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("Cpus_allowed_list:"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<Integer> processors = new ArrayList<>();
        for (String range : list.split(",", -1)) {
            String[] ends = range.split("-", -1);
            for (int each = Integer.parseInt(ends[0]); each <= Integer.parseInt(ends[ends.length - 1]); each++) {
                processors.add(each);
            }
        }
        return processors;
    }

    private void predict() {
        ProgramSettings settings = program.datapath().settings();
        HashKey key = settings.hashKey();
        FlowHash hash = new FlowHash(key.seed0(), key.seed1(), key.multiplier0(), key.multiplier1());
        Map<VipKey, VipRecord> vips = program.datapath().vips();
        for (int number = 0; number < FLOWS; number++) {
            FlowTuple flow = generators.get(0).flow(number);
            int vip = Objects.requireNonNull(vips.get(generators.get(0).vip(number)))
                    .id();
            choices[number] = program.datapath().memberAt(vip, SlotHash.slotOf(flow, settings.maglevSeed()));
            long hashed = hash.of(flow);
            keys[number] = new Key(FlowPlace.of(hashed, settings.flowPairs()).pair(), FlowEntry.tagOf(hashed));
            membersOfFlows
                    .computeIfAbsent(keys[number], unused -> new HashSet<>())
                    .add(choices[number]);
        }
    }

    /** Answers how many entries are of flows that have another one. */
    private int assertMembersAreRight() {
        Set<Key> seen = new HashSet<>();
        int[] twice = {0};
        entries().forEach((place, entry) -> {
            Key key = new Key(place / FlowEntry.PER_PAIR, entry.tag());
            Set<Integer> members = membersOfFlows.getOrDefault(key, Set.of());
            assertTrue(
                    members.contains(entry.member()),
                    () -> "at " + place + " is " + entry + ", and its flow's member is one of " + members);
            if (!seen.add(key)) {
                twice[0]++;
            }
        });
        return twice[0];
    }

    /** Entries by place, but for when they were seen. */
    private Map<Integer, FlowEntry> entries() {
        Map<Integer, FlowEntry> entries = new HashMap<>();
        program.datapath().flows().visit(0, PLACES, (place, entry) -> {
            FlowEntry flow = FlowEntry.decode(entry);
            entries.put(place, new FlowEntry(flow.tag(), flow.member(), 0, flow.confirmed(), flow.shortLived()));
        });
        return entries;
    }
}
