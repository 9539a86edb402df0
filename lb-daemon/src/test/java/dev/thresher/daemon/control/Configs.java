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
public final class Configs {
    private Configs() {}

    static Config of(List<Pool> pools, Vip... vips) {
        return of("test", new Interface("eth0", XdpMode.AUTO, null), FlowSettings.DEFAULT, pools, List.of(vips));
    }

    /** One without VIPs. */
    public static Config empty(String instance, Interface iface, FlowSettings flows) {
        return of(instance, iface, flows, List.of(), List.of());
    }

    private static Config of(String instance, Interface iface, FlowSettings flows, List<Pool> pools, List<Vip> vips) {
        return new Config(
                instance,
                iface,
                EncapsulationSettings.DEFAULT,
                flows,
                CapacitySettings.DEFAULT,
                OnExit.KEEP,
                ApiSettings.forInstance(instance),
                Config.stateDirectoryOf(instance),
                0,
                pools,
                vips);
    }

    /** The same with other sizes of the maps. */
    public static Config with(Config config, CapacitySettings capacity) {
        return new Config(
                config.instance(),
                config.iface(),
                config.encapsulation(),
                config.flows(),
                capacity,
                config.onExit(),
                config.api(),
                config.stateDirectory(),
                config.maglevSeed(),
                config.pools(),
                config.vips());
    }

    static Pool pool(String name, HealthCheck check, Real... reals) {
        return new Pool(name, List.of(reals), check);
    }

    /** A check whose first probe comes at some time within the interval. */
    static HealthCheck tcp(int port, Duration interval) {
        return HealthCheck.tcp(port).with(CheckTiming.every(interval));
    }
}
