// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.state;

import java.time.Instant;
import java.util.List;

/**
 * Everything the daemon knows at one moment.
 *
 * @param observedAt when
 * @param daemon the daemon and its data plane
 * @param flows how full the connection table is; counted in parts during the last minute
 * @param vips in the order of the configuration
 * @param config which configuration that is
 */
public record DaemonState(
        Instant observedAt, DaemonInfo daemon, FlowCensus flows, List<VipState> vips, ConfigState config) {
    public DaemonState {
        vips = List.copyOf(vips);
    }
}
