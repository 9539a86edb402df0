// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.top;

import com.google.protobuf.Timestamp;
import dev.thresher.api.v1.Member;
import dev.thresher.api.v1.State;
import dev.thresher.api.v1.Vip;
import dev.thresher.tools.cli.top.Rate.Counts;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What went on between two looks.
 *
 * @param state the later one
 * @param seconds between them
 */
record Rates(State state, double seconds, List<VipRate> vips) {
    /** Of a VIP, with its real servers. */
    record VipRate(Vip vip, Rate rate, List<MemberRate> members) {}

    /** Of a real server in a VIP. Drops are not known by real server. */
    record MemberRate(Member member, Rate rate) {}

    /** What is only in one of the looks has no rate. */
    static Rates between(State before, State now) {
        double seconds = Duration.between(instant(before.getObservedAt()), instant(now.getObservedAt()))
                        .toNanos()
                / 1e9;
        Map<String, Vip> vips = new HashMap<>();
        before.getVipsList().forEach(vip -> vips.put(vip.getKey(), vip));
        return new Rates(
                now,
                seconds,
                now.getVipsList().stream()
                        .map(vip -> rate(vips.getOrDefault(vip.getKey(), vip), vip, seconds))
                        .toList());
    }

    /** Of all VIPs. */
    Rate total() {
        return vips.stream().map(VipRate::rate).reduce(Rate.NONE, Rate::plus);
    }

    private static VipRate rate(Vip before, Vip now, double seconds) {
        Map<String, Member> members = new HashMap<>();
        before.getMembersList().forEach(member -> members.put(member.getReal(), member));
        return new VipRate(
                now,
                Rate.between(counts(before), counts(now), seconds),
                now.getMembersList().stream()
                        .map(member -> new MemberRate(
                                member,
                                Rate.between(
                                        counts(members.getOrDefault(member.getReal(), member)),
                                        counts(member),
                                        seconds)))
                        .toList());
    }

    private static Counts counts(Vip vip) {
        return new Counts(vip.getTraffic(), vip.getDrops());
    }

    private static Counts counts(Member member) {
        return new Counts(member.getTraffic(), 0);
    }

    private static Instant instant(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }
}
