// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.util.List;

/** The section {@code thresher.capacity}. */
final class CapacityReader {
    static final String SECTION = Schema.ROOT + ".capacity";

    static final Key<Integer> VIPS = count("vips", CapacitySettings.MAX_VIPS, CapacitySettings.DEFAULT.vips());
    static final Key<Integer> MEMBERS =
            count("members", CapacitySettings.MAX_MEMBERS, CapacitySettings.DEFAULT.members());
    static final Key<Integer> PREFIXES =
            count("prefixes", CapacitySettings.MAX_ROUTES, CapacitySettings.DEFAULT.prefixes());
    static final Key<Integer> SERVER_IDS =
            count("server-ids", CapacitySettings.MAX_ROUTES, CapacitySettings.DEFAULT.serverIds());

    static final List<Key<?>> KEYS = List.of(VIPS, MEMBERS, PREFIXES, SERVER_IDS);

    private CapacityReader() {}

    private static Key<Integer> count(String name, int most, int usual) {
        return Key.defaulting(SECTION, name, ValueTypes.integer(1, most), Integer.toString(usual));
    }

    /** Complains of each that is less than what the file itself needs. */
    static CapacitySettings read(SectionReader section, List<Pool> pools, List<Vip> vips) {
        CapacitySettings.Use use = CapacitySettings.usedBy(pools, vips);
        return new CapacitySettings(
                read(section, VIPS, use.vips(), "VIPs"),
                read(section, MEMBERS, use.members(), "members, which are the real servers of each VIP"),
                read(section, PREFIXES, use.prefixes(), "client prefixes in source routes"),
                read(section, SERVER_IDS, use.serverIds(), "server ids"));
    }

    private static int read(SectionReader section, Key<Integer> key, int used, String what) {
        int room = section.get(key);
        if (used > room) {
            section.complain(
                    key,
                    "`" + key.name() + "` is " + section.quote(key) + ", and this configuration has " + used + " "
                            + what + ": raise it, or remove some");
        }
        return room;
    }
}
