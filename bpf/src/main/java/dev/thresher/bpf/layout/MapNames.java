// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

/** The maps of {@code lib/maps.h}, and the sizes that go with them. */
public final class MapNames {
    public static final String VIPS = "vips";
    public static final String FOREIGN = "foreign";
    public static final String MEMBERS = "members";
    public static final String FLOWS = "flows";
    public static final String TABLES = "tables";
    public static final String MEMBER_STATS = "member_stats";
    public static final String VIP_STATS = "vip_stats";
    public static final String COUNTERS = "counters";

    /** Slots of a Maglev table; a prime. */
    public static final int TABLE_SLOTS = 65537;

    /** Bytes of a Maglev table: one 32-bit member id a slot. */
    public static final int TABLE_BYTES = TABLE_SLOTS * Integer.BYTES;

    private MapNames() {}
}
