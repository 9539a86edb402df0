// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import com.typesafe.config.ConfigUtil;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads one pool. */
final class PoolReader {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");

    private final ErrorLog errors;
    private final List<Located<InetAddress>> addresses;
    private final boolean oneGateway;
    private final boolean allowExec;

    /**
     * @param addresses gets every real's address, for the checks across sections
     * @param oneGateway whether all packets go to one Ethernet address
     * @param allowExec whether health checks may run commands
     */
    PoolReader(ErrorLog errors, List<Located<InetAddress>> addresses, boolean oneGateway, boolean allowExec) {
        this.errors = errors;
        this.addresses = addresses;
        this.oneGateway = oneGateway;
        this.allowExec = allowExec;
    }

    /** The pool, or nothing after an error. */
    Optional<Pool> read(String name, SectionReader section) {
        int before = errors.count();
        if (!NAME.matcher(name).matches()) {
            errors.add(
                    section.location(),
                    section.path(),
                    name,
                    "a pool is named by 1 to 64 letters, digits, - and _, beginning with a letter or digit, not "
                            + ConfigUtil.quoteString(name));
        }
        List<Real> reals = reals(section);
        Encapsulation encapsulation = encapsulation(section);
        HealthCheck check = section.has(Schema.CHECK_SECTION)
                ? section.section(Schema.CHECK_SECTION, HealthCheckKeys.CHECK)
                        .map(new HealthCheckReader(errors, allowExec)::read)
                        .orElse(HealthCheck.none())
                : HealthCheck.none();
        PoolPolicy policy = PolicyReader.read(section, reals);
        return errors.count() == before
                ? Optional.of(new Pool(name, reals, check, encapsulation, policy))
                : Optional.empty();
    }

    /** How the reals are reached, or any other way after an error. */
    private Encapsulation encapsulation(SectionReader pool) {
        if (!pool.has(Schema.POOL_ENCAPSULATION_SECTION)) {
            return Encapsulation.IPIP;
        }
        return pool.section(Schema.POOL_ENCAPSULATION_SECTION, Schema.POOL_ENCAPSULATION, Schema.ENCAPSULATION_TYPE)
                .flatMap(this::encapsulationOf)
                .orElse(Encapsulation.IPIP);
    }

    private Optional<Encapsulation> encapsulationOf(SectionReader section) {
        Optional<Encapsulation.Kind> kind = section.seek(Schema.ENCAPSULATION_TYPE);
        int port = section.get(Schema.GUE_PORT);
        if (kind.isPresent() && kind.get() != Encapsulation.Kind.GUE && section.has(Schema.GUE_PORT)) {
            section.complain(Schema.GUE_PORT, "only gue has a port, not " + kind.get());
        }
        if (kind.isPresent() && kind.get() == Encapsulation.Kind.L2 && oneGateway) {
            section.complain(
                    Schema.ENCAPSULATION_TYPE,
                    "l2 sends to each real's own Ethernet address, and " + Schema.GATEWAY_MAC.path()
                            + " sends everything to one");
        }
        return kind.map(
                value -> value == Encapsulation.Kind.GUE ? Encapsulation.gue(port) : new Encapsulation(value, 0));
    }

    private List<Real> reals(SectionReader pool) {
        List<Real> reals = new ArrayList<>();
        Map<InetAddress, Location> seen = new HashMap<>();
        Map<ServerId, Location> seenIds = new HashMap<>();
        List<SectionReader> sections = pool.listed(Schema.REALS, Schema.REAL, Schema.REAL_ADDRESS);
        for (SectionReader section : sections) {
            Optional<InetAddress> address = section.seek(Schema.REAL_ADDRESS);
            int weight = section.get(Schema.WEIGHT);
            Order order = section.get(Schema.ORDER);
            List<ServerId> ids = serverIds(section, seenIds);
            if (address.isEmpty()) {
                continue;
            }
            Location location = section.location(Schema.REAL_ADDRESS);
            Location first = seen.putIfAbsent(address.get(), location);
            if (first != null) {
                section.complain(
                        Schema.REAL_ADDRESS,
                        IpText.format(address.get()) + " is in this pool twice; it is also at " + first);
                continue;
            }
            addresses.add(new Located<>(address.get(), location, section.path(Schema.REAL_ADDRESS)));
            reals.add(new Real(address.get(), weight, order, ids));
        }
        if (pool.has(Schema.REALS) && pool.seek(Schema.REALS).map(List::isEmpty).orElse(false)) {
            pool.complain(Schema.REALS, "a pool needs at least one real");
        }
        return reals;
    }

    private static List<ServerId> serverIds(SectionReader section, Map<ServerId, Location> seen) {
        List<ServerId> ids = section.seek(Schema.SERVER_ID).orElse(List.of());
        for (ServerId id : ids) {
            Location first = seen.putIfAbsent(id, section.location(Schema.SERVER_ID));
            if (first != null) {
                section.complain(
                        Schema.SERVER_ID, "server id " + id + " is in this pool twice; it is also at " + first);
            }
        }
        return ids;
    }
}
