// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.realserver;

import dev.thresher.tools.realserver.RealHost.Device;
import dev.thresher.tools.realserver.Wanted.Encapsulation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Room for the outer header. Either the interface takes a client's full packet with it, or the host has clients send
 * smaller TCP segments, by the MSS that it announces on its default routes. More specific routes, those to neighbours of the
 * host and to networks of the operator, are for the operator: clients that are reached by them have a path MTU in common.
 */
record PathMtu(Wanted wanted, RealHost host, Device device, Set<Family> outer) {
    /** What clients on the Internet send at most, in bytes. */
    private static final int CLIENT_MTU = 1500;

    private static final int UDP_HEADER = 8;
    private static final String ADVMSS = "advmss";
    /** Words that {@code ip} shows and does not take. */
    private static final Set<String> STATES = Set.of("dead", "linkdown", "offload", "rt_offload", "trap", "rt_trap");

    List<Finding> findings() {
        int needed = CLIENT_MTU + overhead();
        if (device.mtu() >= needed) {
            return List.of(Finding.good(
                    "mtu", "a client's packet of " + CLIENT_MTU + " bytes fits " + name() + ", MTU " + device.mtu()));
        }
        String harm = "a client's packet of " + CLIENT_MTU + " bytes becomes " + needed + ", and " + name() + " takes "
                + device.mtu();
        if (wanted.mtu() != null) {
            return List.of(Finding.missing("mtu", harm, Change.of(mtuCommand(wanted.mtu()), mtuCommand(device.mtu()))));
        }
        List<Finding> findings = new ArrayList<>();
        List<String> without = new ArrayList<>();
        for (Family family : wanted.vipFamilies()) {
            int segment = family.segment(device.mtu() - overhead());
            List<List<String>> routes = host.defaultRoutes(family);
            routes.forEach(route -> findings.add(route(family, route, segment, harm)));
            if (routes.isEmpty()) {
                without.add(family.label);
            }
        }
        if (!without.isEmpty()) {
            findings.add(withoutRoute(String.join(" and no ", without), harm, needed));
        }
        return findings;
    }

    private int overhead() {
        int ip = outer.stream().mapToInt(family -> family.header).max().orElse(0);
        return wanted.encapsulation() == Encapsulation.GUE ? ip + UDP_HEADER : ip;
    }

    private String name() {
        return wanted.interfaceName();
    }

    private String mtuCommand(int mtu) {
        return "ip link set " + name() + " mtu " + mtu;
    }

    private Finding withoutRoute(String families, String harm, int needed) {
        return Finding.missing(
                "mtu",
                harm + "; there is no " + families + " default route to announce a smaller MSS on",
                Change.of(mtuCommand(needed), mtuCommand(device.mtu())));
    }

    private Finding route(Family family, List<String> route, int segment, String harm) {
        int at = route.indexOf(ADVMSS);
        int announced = at < 0 ? Integer.MAX_VALUE : Integer.parseInt(route.get(at + 1));
        String which = "the " + family.label + " default route";
        if (announced <= segment) {
            return Finding.good("mss", which + " announces an MSS of " + announced);
        }
        List<String> plain = settable(route);
        List<String> lowered = new ArrayList<>(without(plain, ADVMSS));
        lowered.addAll(1, List.of(ADVMSS, Integer.toString(segment)));
        return Finding.missing(
                "mss",
                harm + "; " + which + " announces " + (at < 0 ? "the interface's own MSS" : "an MSS of " + announced),
                new Change(command(family, lowered), command(family, plain)));
    }

    private static List<String> command(Family family, List<String> route) {
        List<String> words = new ArrayList<>(List.of("ip", family.option, "route", "change"));
        words.addAll(route);
        return words;
    }

    /** A route of router advertisements counts down, and each of them sets it anew. */
    private static List<String> settable(List<String> route) {
        return without(route, "expires").stream()
                .filter(word -> !STATES.contains(word))
                .toList();
    }

    private static List<String> without(List<String> route, String key) {
        int at = route.indexOf(key);
        if (at < 0) {
            return route;
        }
        List<String> rest = new ArrayList<>(route.subList(0, at));
        rest.addAll(route.subList(at + 2, route.size()));
        return rest;
    }
}
