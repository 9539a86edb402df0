// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.config.CapacitySettings;
import dev.thresher.config.Config;
import dev.thresher.daemon.reconcile.Room;
import dev.thresher.daemon.state.Fill;
import java.util.List;
import java.util.Locale;

/** How full the maps are whose sizes are settings; of the connection table {@link FlowPressure} tells. */
final class Fills {
    private static final int HIGH_PERCENT = 80;

    private Fills() {}

    static List<Fill> of(Config config) {
        CapacitySettings room = config.capacity();
        CapacitySettings.Use used = CapacitySettings.usedBy(config);
        return List.of(
                fill(Room.VIPS, used.vips(), room.vips()),
                fill(Room.MEMBERS, used.members(), room.members()),
                fill(Room.PREFIXES, used.prefixes(), room.prefixes()),
                fill(Room.SERVER_IDS, used.serverIds(), room.serverIds()));
    }

    private static Fill fill(Room room, int used, int places) {
        return new Fill(room.what(), room.setting(), used, places);
    }

    /** What an operator ought to know of these; nothing if there is room. */
    static List<String> warnings(List<Fill> fills) {
        return fills.stream()
                .filter(fill -> fill.percent() >= HIGH_PERCENT)
                .map(fill -> String.format(
                        Locale.ROOT,
                        "%,d of %,d %s are in use, %.0f %%; raise %s before it is full",
                        fill.used(),
                        fill.room(),
                        fill.what(),
                        fill.percent(),
                        fill.setting()))
                .toList();
    }
}
