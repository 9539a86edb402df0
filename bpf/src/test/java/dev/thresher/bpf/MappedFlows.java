// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.FlowPlace;
import dev.thresher.bpf.layout.ProgramSettings;
import dev.thresher.hashing.FlowHash;
import dev.thresher.hashing.FlowTuple;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The connection table of a program under test, read and written through its memory. */
public final class MappedFlows implements AutoCloseable {
    private static final KernelClock CLOCK = openClock();

    private final MappedArray memory;
    private final LongBuffer entries;
    private final ProgramSettings settings;
    private final FlowHash hash;

    MappedFlows(MappedArray memory, ProgramSettings settings) {
        this.memory = memory;
        this.entries = memory.buffer().order(ByteOrder.nativeOrder()).asLongBuffer();
        this.settings = settings;
        this.hash = TestSettings.flowHash(settings);
    }

    private static KernelClock openClock() {
        Privileges.require();
        return KernelClock.open();
    }

    public long hash(FlowTuple flow) {
        return hash.of(flow);
    }

    FlowPlace place(FlowTuple flow) {
        return FlowPlace.of(hash(flow), settings.flowPairs());
    }

    /** The entry that the program would find for the flow. */
    public Optional<FlowEntry> find(FlowTuple flow) {
        int tag = FlowEntry.tagOf(hash(flow));
        FlowPlace place = place(flow);
        return IntStream.range(0, FlowEntry.PER_PAIR)
                .mapToLong(i -> entries.get(place.entry(i)))
                .filter(entry -> entry != 0)
                .mapToObj(FlowEntry::decode)
                .filter(entry -> entry.tag() == tag)
                .findFirst();
    }

    /** An entry as a fresh one of the flow would be. */
    public FlowEntry entryOf(FlowTuple flow, int member) {
        return new FlowEntry(FlowEntry.tagOf(hash(flow)), member, aged(0), false, flow.protocol() == Frame.UDP);
    }

    /** The tick that was so many ticks ago, as an entry has it. */
    public int aged(int ticks) {
        return (int) (tick() - ticks) & (FlowEntry.SEEN_MODULUS - 1);
    }

    public long tick() {
        return CLOCK.jiffies() >>> settings.ticks().shift();
    }

    public FlowEntry get(int index) {
        return FlowEntry.decode(entries.get(index));
    }

    public long raw(int index) {
        return entries.get(index);
    }

    public void put(int index, FlowEntry entry) {
        entries.put(index, entry.encode());
    }

    public void clear() {
        for (int index = 0; index < capacity(); index++) {
            entries.put(index, 0);
        }
    }

    public int capacity() {
        return entries.capacity();
    }

    /** Entries that are not empty. */
    public Stream<FlowEntry> all() {
        return IntStream.range(0, capacity())
                .mapToLong(entries::get)
                .filter(entry -> entry != 0)
                .mapToObj(FlowEntry::decode);
    }

    @Override
    public void close() {
        memory.close();
    }
}
