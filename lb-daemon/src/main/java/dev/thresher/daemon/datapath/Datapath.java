// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.QuicConfig;
import dev.thresher.bpf.layout.QuicServerKey;
import dev.thresher.bpf.layout.SourceRouteKey;
import dev.thresher.bpf.layout.VipRecord;
import dev.thresher.config.VipKey;
import java.util.BitSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Writes to the maps that the program reads. Each call takes effect at once. */
public interface Datapath {
    /** Ids above 0 and below this are there for members. */
    int memberCapacity();

    /** Ids below this are there for VIPs. */
    int vipCapacity();

    /**
     * Has maps of other sizes take the place of these, with all that is in them, flows and counters included. Ids in use must
     * fit.
     *
     * @throws RuntimeException if the kernel refuses; then all is as before
     */
    void resize(Capacity capacity);

    /** What the maps hold: after a restart, what an earlier daemon left there. */
    Map<VipKey, VipRecord> vips();

    /** Members that are not free, by id. */
    Map<Integer, MemberRecord> members();

    /** Ids that have a table, and perhaps, after a restart, some that had one. */
    Set<Integer> tables();

    /** Swaps the VIPs as a whole: these are all, and packets for others are not looked at. */
    void replaceVips(Map<VipKey, VipRecord> all);

    void putMember(int id, MemberRecord member);

    /** Frees ids: empties their records, removes their entries from the connection table and zeroes their counters. */
    void freeMembers(BitSet ids);

    /**
     * Swaps tables in, each in one step and all at about the same time; a table is a member id for each slot.
     *
     * @param tablesByVip make the tables, each once and several at a time: a table takes time to build, and many do not fit
     *     the heap
     */
    void putTables(Map<Integer, Supplier<int[]>> tablesByVip);

    /** Takes VIPs' tables out: packets for them are dropped and counted. */
    void removeTables(Set<Integer> vipIds);

    /** Frees ids that no VIP has any more: takes their tables out and zeroes their counters. */
    void freeVips(Set<Integer> ids);

    /**
     * Interfaces that packets can be sent out of, besides the one that they come in by: their numbers by index, from 1. An
     * interface that goes away takes its entry with it; to put one that is gone throws {@link NoSuchInterfaceException}.
     */
    EntryMap<Integer, Integer> egress();

    /** By VIP id: how connection ids name members. */
    EntryMap<Integer, QuicConfig> quicConfigs();

    /** Member ids by server id. */
    EntryMap<QuicServerKey, Integer> quicServers();

    /** Member ids by client prefix. */
    EntryMap<SourceRouteKey, Integer> sourceRoutes();
}
