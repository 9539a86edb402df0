// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import com.google.gson.Gson;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is there of a lab, as the kernel tells it: also right when somebody killed or changed something. */
public record LabStatus(List<HostStatus> hosts) {
    private static final List<String> ORDER = List.of("client", "router", "lb1");

    /** One host: its addresses, without those of loopback and link-local scope, and its processes. */
    public record HostStatus(String name, List<String> addresses, List<LabProcess> processes) {}

    /** Looks at a lab; a lab that is not up has no hosts. */
    public static LabStatus of(String lab) {
        String prefix = Topology.prefix(lab);
        return new LabStatus(Namespace.startingWith(prefix).stream()
                .map(space -> new Host(space.name().substring(prefix.length()), space))
                .sorted(Comparator.comparingInt(LabStatus::rank).thenComparing(Host::name))
                .map(host -> new HostStatus(host.name(), addresses(host), LabProcess.on(host)))
                .toList());
    }

    private static int rank(Host host) {
        int fixed = ORDER.indexOf(host.name());
        return fixed >= 0 ? fixed : ORDER.size() + host.name().length(); // real2 before real10
    }

    private static List<String> addresses(Host host) {
        String json = host.namespace().run("ip", "-json", "address", "show", "scope", "global");
        Port[] ports = new Gson().fromJson(json, Port[].class);
        return Stream.of(ports)
                .flatMap(port -> port.addr_info().stream())
                .map(Address::local)
                .filter(Objects::nonNull) // ip leaves an empty object for an address of another scope
                .distinct()
                .toList();
    }

    /** A port as {@code ip -json} prints it. */
    private record Port(List<Address> addr_info) {}

    private record Address(@Nullable String local) {}
}
