// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Who is in a lab and how they are wired:
 *
 * <pre>
 * client ── router ── lb1
 *             ├────── real1
 *             └────── realN
 * </pre>
 *
 * Each real server has a leg of its own to the router, so its replies go straight to the client and cannot pass lb1.
 */
public record Topology(String lab, int reals) {
    /** The IPv4 VIP. */
    public static final String VIP4 = "203.0.113.10";
    /** The IPv6 VIP. */
    public static final String VIP6 = "2001:db8:cafe::10";
    /** The most real servers that a lab has. */
    public static final int MAX_REALS = 16;
    /** The port by which hosts other than the router hang on it. */
    public static final String UPLINK = "eth0";

    /** Everywhere, as in most networks: a full-size packet does not fit once it is encapsulated. */
    private static final int MTU = 1500;

    /** Checks the number of real servers. */
    public Topology {
        checkReals(reals);
    }

    static void checkReals(int reals) {
        if (reals < 1 || reals > MAX_REALS) {
            throw new LabException("a lab has 1 to " + MAX_REALS + " real servers, not " + reals);
        }
    }

    /** What the names of all namespaces of a lab begin with. */
    static String prefix(String lab) {
        return "thr-" + lab + "-";
    }

    /** The client. */
    public Host client() {
        return host("client");
    }

    /** The router between all others. */
    public Host router() {
        return host("router");
    }

    /** The load balancer. */
    public Host balancer() {
        return host("lb1");
    }

    /** A real server, counted from 1. */
    public Host real(int number) {
        return host("real" + number);
    }

    /** Every host. */
    public List<Host> hosts() {
        List<Host> hosts = new ArrayList<>(List.of(client(), router(), balancer()));
        hosts.addAll(realHosts());
        return hosts;
    }

    /** The real servers. */
    public List<Host> realHosts() {
        return IntStream.rangeClosed(1, reals).mapToObj(this::real).toList();
    }

    /** IPv4 address of a real server. */
    public static String real4(int number) {
        return "10.0.3." + (10 + number);
    }

    /** IPv6 address of a real server. */
    public static String real6(int number) {
        return "fd00:3::" + (10 + number);
    }

    List<Link> links() {
        List<Link> links = new ArrayList<>();
        links.add(new Link(client(), UPLINK, router(), "client", MTU));
        links.add(new Link(balancer(), UPLINK, router(), "lb1", MTU));
        for (Host real : realHosts()) {
            links.add(new Link(real, UPLINK, router(), real.name(), MTU));
        }
        return links;
    }

    /** Addresses and routes of each host, for {@code ip -batch}. */
    List<String> configuration(Host host) {
        if (host.equals(router())) {
            return routerConfiguration();
        }
        if (host.equals(client())) {
            return edge("10.0.1", "fd00:1");
        }
        if (host.equals(balancer())) {
            return edge("10.0.2", "fd00:2");
        }
        return realConfiguration(Integer.parseInt(host.name().substring("real".length())));
    }

    private static List<String> edge(String net4, String net6) {
        return List.of(
                "address add " + net4 + ".2/24 dev " + UPLINK,
                "address add " + net6 + "::2/64 dev " + UPLINK + " nodad",
                "route add default via " + net4 + ".1",
                "route add ::/0 via " + net6 + "::1");
    }

    private List<String> routerConfiguration() {
        List<String> lines = new ArrayList<>(List.of(
                "address add 10.0.1.1/24 dev client",
                "address add fd00:1::1/64 dev client nodad",
                "address add 10.0.2.1/24 dev lb1",
                "address add fd00:2::1/64 dev lb1 nodad",
                "route add " + VIP4 + "/32 via 10.0.2.2",
                "route add " + VIP6 + "/128 via fd00:2::2"));
        for (int number = 1; number <= reals; number++) {
            String port = real(number).name();
            lines.add("address add 10.0.3.1/32 dev " + port);
            lines.add("address add fd00:3::1/128 dev " + port + " nodad");
            lines.add("route add " + real4(number) + "/32 dev " + port);
            lines.add("route add " + real6(number) + "/128 dev " + port);
        }
        return lines;
    }

    private static List<String> realConfiguration(int number) {
        return List.of(
                "address add " + VIP4 + "/32 dev lo",
                "address add " + VIP6 + "/128 dev lo nodad",
                "address add " + real4(number) + "/32 dev " + UPLINK,
                "address add " + real6(number) + "/128 dev " + UPLINK + " nodad",
                "route add 10.0.3.1/32 dev " + UPLINK,
                "route add fd00:3::1/128 dev " + UPLINK,
                "route add default via 10.0.3.1",
                "route add ::/0 via fd00:3::1");
    }

    private Host host(String name) {
        return new Host(name, new Namespace(prefix(lab) + name));
    }
}
