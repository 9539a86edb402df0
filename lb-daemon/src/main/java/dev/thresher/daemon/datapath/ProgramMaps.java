// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.ProgramSettings;
import dev.thresher.bpf.layout.VipRecord;
import dev.thresher.config.VipKey;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** What the program decides by, read where the program reads it. Thread-safe. */
public interface ProgramMaps {
    ProgramSettings settings();

    FlowTable flows();

    /** The tick that the program writes to a flow that it sees now. */
    long nowTicks();

    /** So many ticks as time. */
    Duration age(int ticks);

    /** All VIPs. */
    Map<VipKey, VipRecord> vips();

    /** The record of a member; empty when the id is free. */
    Optional<MemberRecord> member(int id);

    /** The member that the VIP's Maglev table has at a slot; 0 when there is none. */
    int memberAt(int vipId, int slot);

    /** The id of the member that the VIP's source routes give a client; empty when none holds its address. */
    Optional<Integer> sourceRoute(int vipId, InetAddress client);

    /** Ids of members are below this. */
    int memberCapacity();
}
