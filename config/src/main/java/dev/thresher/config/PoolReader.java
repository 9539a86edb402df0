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
    private final boolean allowExec;

    /**
     * @param addresses gets every real's address, for the checks across sections
     * @param allowExec whether health checks may run commands
     */
    PoolReader(ErrorLog errors, List<Located<InetAddress>> addresses, boolean allowExec) {
        this.errors = errors;
        this.addresses = addresses;
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
        Encapsulation encapsulation = section.get(Schema.POOL_ENCAPSULATION);
        HealthCheck check = section.has(Schema.CHECK_SECTION)
                ? section.section(Schema.CHECK_SECTION, HealthCheckKeys.CHECK)
                        .map(new HealthCheckReader(errors, allowExec)::read)
                        .orElse(HealthCheck.none())
                : HealthCheck.none();
        return errors.count() == before ? Optional.of(new Pool(name, reals, check, encapsulation)) : Optional.empty();
    }

    private List<Real> reals(SectionReader pool) {
        List<Real> reals = new ArrayList<>();
        Map<InetAddress, Location> seen = new HashMap<>();
        List<SectionReader> sections = pool.listed(Schema.REALS, Schema.REAL, Schema.REAL_ADDRESS);
        for (SectionReader section : sections) {
            Optional<InetAddress> address = section.seek(Schema.REAL_ADDRESS);
            int weight = section.get(Schema.WEIGHT);
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
            reals.add(new Real(address.get(), weight));
        }
        if (pool.has(Schema.REALS) && pool.seek(Schema.REALS).map(List::isEmpty).orElse(false)) {
            pool.complain(Schema.REALS, "a pool needs at least one real");
        }
        return reals;
    }
}
