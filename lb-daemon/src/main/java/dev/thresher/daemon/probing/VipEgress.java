// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.probing;

import dev.thresher.bpf.BpfException;
import dev.thresher.bpf.TcEgress;
import dev.thresher.config.IpText;
import dev.thresher.daemon.nexthop.OwnRoutes;
import java.io.IOException;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where this host's packets to VIPs leave, and the probe program there. Changed by one thread at a time, read by any.
 */
final class VipEgress implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VipEgress.class);

    private final IntFunction<TcEgress> attacher;
    private final Map<Integer, TcEgress> attached = new HashMap<>();

    /** Why packets to a VIP cannot be led through the tunnel. */
    private final Map<InetAddress, String> obstacles = new ConcurrentHashMap<>();

    /** @param attacher attaches the program to the interface with an index */
    VipEgress(IntFunction<TcEgress> attacher) {
        this.attacher = attacher;
    }

    /** Makes sure that the program is wherever packets to these addresses leave, and finds out where that cannot be. */
    void cover(Set<InetAddress> vips) {
        obstacles.keySet().retainAll(vips);
        dropLost();
        try (OwnRoutes routes = OwnRoutes.open()) {
            vips.forEach(vip -> note(vip, cover(vip, routes)));
        } catch (IOException e) {
            vips.forEach(vip -> note(vip, "the kernel's routes cannot be read: " + e.getMessage()));
        }
    }

    private @Nullable String cover(InetAddress vip, OwnRoutes routes) {
        try {
            OwnRoutes.Way way = routes.to(vip);
            if (way.local()) {
                return IpText.format(vip) + " is an address of this host, so its packets do not leave it: take the "
                        + "address away, or set via = direct in the health check";
            }
            way.ifindexes().forEach(ifindex -> attached.computeIfAbsent(ifindex, attacher::apply));
            return null;
        } catch (IOException e) {
            return "this host has no route to the VIP, which a default route would be: " + e.getMessage();
        } catch (BpfException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** Others may have removed the program, or the interface. */
    private void dropLost() {
        attached.entrySet().removeIf(entry -> {
            boolean lost = !entry.getValue().isAttached();
            if (lost) {
                LOG.warn("The probe program is gone from interface {}", entry.getKey());
                entry.getValue().close();
            }
            return lost;
        });
    }

    private void note(InetAddress vip, @Nullable String obstacle) {
        String before = obstacle == null ? obstacles.remove(vip) : obstacles.put(vip, obstacle);
        if (obstacle == null && before != null) {
            LOG.info("Probes of {} can go through the tunnel again", IpText.format(vip));
        } else if (obstacle != null && !obstacle.equals(before)) {
            LOG.warn("Probes of {} cannot go through the tunnel: {}", IpText.format(vip), obstacle);
        }
    }

    /** Why a VIP cannot be reached through the tunnel; null if it can. */
    @Nullable
    String obstacle(InetAddress vip) {
        return obstacles.get(vip);
    }

    List<String> warnings() {
        return obstacles.entrySet().stream()
                .map(entry -> "probes of VIP " + IpText.format(entry.getKey())
                        + " cannot go through the tunnel, and its " + "verdicts stay as they are: " + entry.getValue())
                .sorted()
                .toList();
    }

    /** For tests: as if somebody else had taken the program off the interfaces. */
    void lose() {
        attached.values().forEach(TcEgress::close);
    }

    @Override
    public void close() {
        attached.values().forEach(TcEgress::close);
        attached.clear();
    }
}
