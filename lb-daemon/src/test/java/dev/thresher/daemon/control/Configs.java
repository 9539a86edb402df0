// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.config.ApiSettings;
import dev.thresher.config.CapacitySettings;
import dev.thresher.config.CheckTiming;
import dev.thresher.config.Config;
import dev.thresher.config.EncapsulationSettings;
import dev.thresher.config.FlowSettings;
import dev.thresher.config.HealthCheck;
import dev.thresher.config.Interface;
import dev.thresher.config.OnExit;
import dev.thresher.config.Pool;
import dev.thresher.config.Real;
import dev.thresher.config.Vip;
import dev.thresher.config.XdpMode;
import java.time.Duration;
import java.util.List;

/** Configurations for tests. */
final class Configs {
    private Configs() {}

    static Config of(List<Pool> pools, Vip... vips) {
        return new Config(
                "test",
                new Interface("eth0", XdpMode.AUTO, null),
                EncapsulationSettings.DEFAULT,
                FlowSettings.DEFAULT,
                CapacitySettings.DEFAULT,
                OnExit.KEEP,
                ApiSettings.forInstance("test"),
                0,
                pools,
                List.of(vips));
    }

    static Pool pool(String name, HealthCheck check, Real... reals) {
        return new Pool(name, List.of(reals), check);
    }

    /** A check whose first probe comes at some time within the interval. */
    static HealthCheck tcp(int port, Duration interval) {
        return HealthCheck.tcp(port).with(CheckTiming.every(interval));
    }
}
