// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

/** The maps of {@code lib/maps.h}, and the sizes that go with them. */
public final class MapNames {
    public static final String VIPS = "vips";
    public static final String VIP_PREFIXES = "vip_prefixes";
    public static final String FOREIGN = "foreign";
    public static final String MEMBERS = "members";
    public static final String FLOWS = "flows";
    public static final String TABLES = "tables";
    public static final String MEMBER_STATS = "member_stats";
    public static final String VIP_STATS = "vip_stats";
    public static final String COUNTERS = "counters";
    public static final String FRAGMENTS = "fragments";
    public static final String EGRESS = "egress";
    public static final String ICMP_BUDGET = "icmp_budget";
    public static final String QUIC_CONFIGS = "quic_configs";
    public static final String QUIC_SERVERS = "quic_servers";
    public static final String SOURCE_ROUTES = "source_routes";

    /** Slots of a Maglev table; a prime. */
    public static final int TABLE_SLOTS = 65537;

    /** Slots that the program tries behind one whose member takes no new flows. */
    public static final int STAND_INS = 16;

    /** Bytes of a Maglev table: one 32-bit member id a slot. */
    public static final int TABLE_BYTES = TABLE_SLOTS * Integer.BYTES;

    private MapNames() {}
}
