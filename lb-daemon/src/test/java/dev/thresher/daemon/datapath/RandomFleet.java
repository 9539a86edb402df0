// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.config.IpText;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.reconcile.DesiredState;
import dev.thresher.daemon.reconcile.DesiredState.DesiredMember;
import dev.thresher.daemon.reconcile.DesiredState.DesiredVip;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** VIPs with pools that change at random. A real server is known by the last 32 bits of its address. */
final class RandomFleet {
    private static final int REALS = 40;
    private static final int MOST_MEMBERS = 16;
    private static final int FIRST_MEMBERS = 10;
    private static final int LEAST_MEMBERS = 4;
    private static final int HEAVIEST = 50;
    private static final int MAY_BE_ABSENT = 2;

    /** Of so many changes, one adds or removes a VIP. */
    private static final int CHANGES_PER_VIP = 100;

    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:01");

    private final Random random;
    private final List<VipKey> vips;
    private final Map<VipKey, Map<Integer, DesiredMember>> pools = new HashMap<>();

    RandomFleet(List<VipKey> vips, Random random) {
        this.vips = List.copyOf(vips);
        this.random = random;
        vips.forEach(vip -> pools.put(vip, newPool()));
    }

    /** Order means nothing to the reconciler, so it is another one each time. */
    DesiredState desired() {
        List<DesiredVip> desired = new ArrayList<>();
        pools.forEach((vip, pool) -> {
            List<DesiredMember> members = new ArrayList<>(pool.values());
            Collections.shuffle(members, random);
            desired.add(new DesiredVip(vip, true, members));
        });
        Collections.shuffle(desired, random);
        return new DesiredState(desired);
    }

    boolean has(VipKey vip) {
        return pools.containsKey(vip);
    }

    @Nullable
    DesiredMember member(VipKey vip, int real) {
        return pools.getOrDefault(vip, Map.of()).get(real);
    }

    /** May the real server go on with the VIP's flows that it has? */
    boolean serves(VipKey vip, int real) {
        DesiredMember member = member(vip, real);
        return member != null && member.state() != MemberState.DOWN;
    }

    /** Is it in the VIP's table? */
    boolean takesNewFlows(VipKey vip, int real) {
        DesiredMember member = member(vip, real);
        return member != null && member.effectiveWeight() > 0;
    }

    boolean takesNewFlows(VipKey vip) {
        return pools.getOrDefault(vip, Map.of()).keySet().stream().anyMatch(real -> takesNewFlows(vip, real));
    }

    /** Changes one thing and answers where. */
    VipKey change() {
        VipKey vip = vips.get(random.nextInt(vips.size()));
        Map<Integer, DesiredMember> pool = pools.get(vip);
        if (pool == null) {
            pools.put(vip, newPool());
        } else if (random.nextInt(CHANGES_PER_VIP) == 0 && pools.size() > vips.size() - MAY_BE_ABSENT) {
            pools.remove(vip);
        } else {
            change(pool);
        }
        return vip;
    }

    private void change(Map<Integer, DesiredMember> pool) {
        DesiredMember member = new ArrayList<>(pool.values()).get(random.nextInt(pool.size()));
        switch (random.nextInt(6)) {
            case 0 -> {
                if (pool.size() < MOST_MEMBERS) {
                    add(pool);
                }
            }
            case 1 -> {
                if (pool.size() > LEAST_MEMBERS) {
                    pool.remove(number(member.real()));
                }
            }
            case 2 -> put(pool, member.real(), random.nextInt(HEAVIEST), member.state());
            case 3 -> put(pool, member.real(), member.weight(), MemberState.DRAIN);
            case 4 -> put(pool, member.real(), member.weight(), MemberState.DOWN);
            default -> put(pool, member.real(), member.weight(), MemberState.UP);
        }
    }

    private Map<Integer, DesiredMember> newPool() {
        Map<Integer, DesiredMember> pool = new LinkedHashMap<>();
        while (pool.size() < FIRST_MEMBERS) {
            add(pool);
        }
        return pool;
    }

    private void add(Map<Integer, DesiredMember> pool) {
        int number = random.nextInt(REALS);
        InetAddress real = IpText.parse(number % 2 == 0 ? "10.0.3." + number : "fd00:3::" + number);
        if (!pool.containsKey(number(real))) {
            put(pool, real, 1 + random.nextInt(HEAVIEST), MemberState.UP);
        }
    }

    private static void put(Map<Integer, DesiredMember> pool, InetAddress real, int weight, MemberState state) {
        pool.put(number(real), new DesiredMember(real, weight, state, new NextHop(MAC, MAC)));
    }

    static int number(InetAddress real) {
        byte[] address = real.getAddress();
        return ByteBuffer.wrap(address).getInt(address.length - Integer.BYTES);
    }
}
