// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads what one VIP says of its real servers. */
final class MemberReader {
    private final ErrorLog errors;
    private final List<Pool> pools;
    private final boolean allSound;

    /**
     * @param pools those of the VIP that are sound
     * @param allSound whether these are all
     */
    MemberReader(ErrorLog errors, List<Pool> pools, boolean allSound) {
        this.errors = errors;
        this.pools = pools;
        this.allSound = allSound;
    }

    Map<InetAddress, MemberOverride> read(SectionReader vip) {
        Map<InetAddress, MemberOverride> members = new LinkedHashMap<>();
        Map<InetAddress, Location> seen = new HashMap<>();
        vip.named(Schema.MEMBERS, Schema.MEMBER).forEach((name, section) -> {
            Optional<InetAddress> real = address(name, section);
            Integer weight = section.seek(Schema.MEMBER_WEIGHT).orElse(null);
            Order order = section.seek(Schema.MEMBER_ORDER).orElse(null);
            real.ifPresent(address -> {
                Location first = seen.putIfAbsent(address, section.location());
                if (first != null) {
                    complain(section, name, IpText.format(address) + " is here twice; it is also at " + first);
                }
                if (weight != null || order != null) {
                    members.put(address, new MemberOverride(weight, order));
                }
            });
        });
        return members;
    }

    private Optional<InetAddress> address(String name, SectionReader section) {
        try {
            InetAddress address = IpText.parse(name);
            if (allSound) {
                PoolFit.member(address, pools).ifPresent(complaint -> complain(section, name, complaint));
            }
            return Optional.of(address);
        } catch (IllegalArgumentException e) {
            complain(section, name, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private void complain(SectionReader section, String name, String message) {
        errors.add(section.location(), section.path(), name, message);
    }
}
