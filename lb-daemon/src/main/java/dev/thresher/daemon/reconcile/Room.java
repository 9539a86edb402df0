// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.reconcile;

import dev.thresher.config.CapacitySettings;

/** What the maps have room for, by a setting. */
public enum Room {
    VIPS("VIPs", "vips", CapacitySettings.MAX_VIPS),
    MEMBERS("members", "members", CapacitySettings.MAX_MEMBERS),
    PREFIXES("client prefixes", "prefixes", CapacitySettings.MAX_ROUTES),
    SERVER_IDS("server ids", "server-ids", CapacitySettings.MAX_ROUTES);

    private final String what;
    private final String key;
    private final int most;

    Room(String what, String key, int most) {
        this.what = what;
        this.key = key;
        this.most = most;
    }

    /** What there is room for, in the plural. */
    public String what() {
        return what;
    }

    /** The setting that says how much. */
    public String setting() {
        return "thresher.capacity." + key;
    }

    /** What to do where so much is too little. */
    String advice(int present) {
        return present < most ? "raise " + setting() : setting() + " is as large as it can be";
    }
}
