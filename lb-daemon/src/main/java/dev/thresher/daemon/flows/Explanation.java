// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.flows;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.config.Member;
import dev.thresher.config.VipKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where packets of one flow go, and why.
 *
 * @param vip the VIP that they are for, which may be one of any port; null when they are for none
 * @param tracked whether the VIP's flows are kept in the connection table
 * @param slot their slot in any VIP's Maglev table
 * @param choice the member that the VIP's table has there, or null
 * @param flow their entry in the connection table, or null
 * @param members the members that are named here
 * @param onSyn what happens to a TCP packet that opens the connection; null for UDP
 * @param onPacket what happens to any other packet
 */
public record Explanation(
        @Nullable VipKey vip,
        boolean tracked,
        int slot,
        @Nullable Member choice,
        @Nullable Flow flow,
        List<MemberView> members,
        @Nullable Route onSyn,
        Route onPacket) {
    public Explanation {
        members = List.copyOf(members);
    }

    /**
     * A member as the program has it.
     *
     * @param state what the program may do with it
     * @param nextHop where packets for it leave to; null while that is not known
     * @param health what the daemon knows of it; null for a member that the configuration no longer has
     */
    public record MemberView(
            Member member,
            MemberState state,
            @Nullable MacAddress nextHop,
            dev.thresher.daemon.state.@Nullable MemberState health) {}

    /** What the program does with a packet. */
    public enum Verdict {
        /** It goes to a member. */
        FORWARD,
        /** It is left to the kernel. */
        PASS,
        DROP
    }

    /**
     * What becomes of a packet.
     *
     * @param member where it goes; null unless it is forwarded
     * @param reason for people
     */
    public record Route(Verdict verdict, @Nullable Member member, String reason) {}
}
