// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.state;

import dev.thresher.config.MacAddress;
import dev.thresher.config.XdpMode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The daemon process and the data plane that it drives.
 *
 * @param instance names the pins and the socket
 * @param version of the daemon
 * @param startedAt when this process started
 * @param configFile the file that is in force
 * @param interfaceName where the program is attached
 * @param xdpMode how it is attached: driver or generic, never auto
 * @param nextHop where encapsulated packets leave to, or null while that is unresolved
 * @param warnings what an operator ought to look at, most important first
 */
public record DaemonInfo(
        String instance,
        String version,
        Instant startedAt,
        Path configFile,
        String interfaceName,
        XdpMode xdpMode,
        @Nullable MacAddress nextHop,
        List<String> warnings) {
    public DaemonInfo {
        if (xdpMode == XdpMode.AUTO) {
            throw new IllegalArgumentException("auto is a wish; an attached program is in driver or generic mode");
        }
        warnings = List.copyOf(warnings);
    }
}
