// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import com.typesafe.config.ConfigObject;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes the model from a parsed and resolved file. */
final class ConfigReader {
    private final ErrorLog errors;
    private final List<Located<InetAddress>> realAddresses = new ArrayList<>();
    private final List<Located<IpPrefix>> vipAddresses = new ArrayList<>();

    ConfigReader(ErrorLog errors) {
        this.errors = errors;
    }

    /** The configuration, or nothing if the log has an error. */
    Optional<Config> read(ConfigObject document, Location file) {
        SectionReader reader = SectionReader.document(document, file, errors);
        if (!reader.has(Schema.THRESHER)) {
            reader.seek(Schema.THRESHER);
            return Optional.empty();
        }
        return reader.section(Schema.THRESHER, Schema.ROOT).flatMap(this::read);
    }

    private Optional<Config> read(SectionReader root) {
        String instance = root.get(Schema.INSTANCE);
        Optional<String> interfaceName = root.seek(Schema.INTERFACE);
        XdpMode xdpMode = root.get(Schema.XDP_MODE);
        Optional<MacAddress> gatewayMac = root.seek(Schema.GATEWAY_MAC);
        int seed = root.get(Schema.MAGLEV_SEED);
        FlowSettings flows = root.section(Schema.FLOWS_SECTION, Schema.FLOWS)
                .map(this::flows)
                .orElse(FlowSettings.DEFAULT);
        OnExit onExit = root.get(Schema.ON_EXIT);
        ApiSettings api = ApiReader.read(root, instance);
        List<Pool> pools = pools(root);
        List<Vip> vips = new VipReader(errors, root.names(Schema.POOLS), pools, vipAddresses)
                .read(root.listed(Schema.VIPS, Schema.VIP, null));
        EncapsulationSettings encapsulation = root.section(Schema.ENCAPSULATION_SECTION, Schema.ENCAPSULATION)
                .map(this::encapsulation)
                .orElse(EncapsulationSettings.DEFAULT);
        CapacitySettings capacity = root.section(Schema.CAPACITY_SECTION, CapacityReader.SECTION)
                .map(section -> CapacityReader.read(section, pools, vips))
                .orElse(CapacitySettings.DEFAULT);
        new AddressRules(errors).noRealIsVip(vipAddresses, realAddresses);
        if (errors.count() > 0 || interfaceName.isEmpty()) {
            return Optional.empty();
        }
        Interface iface = new Interface(interfaceName.get(), xdpMode, gatewayMac.orElse(null));
        return Optional.of(new Config(instance, iface, encapsulation, flows, capacity, onExit, api, seed, pools, vips));
    }

    private EncapsulationSettings encapsulation(SectionReader section) {
        int before = errors.count();
        EncapsulationSettings settings = new EncapsulationSettings(
                section.get(Schema.SOURCE_IPV4).orElse(null),
                section.get(Schema.SOURCE_IPV6).orElse(null),
                section.get(Schema.GUE_CHECKSUM));
        if (errors.count() == before) {
            AddressRules rules = new AddressRules(errors);
            rules.noneIsSource(
                    settings,
                    realAddresses.stream()
                            .map(real -> new Located<>(IpPrefix.of(real.value()), real.location(), real.path()))
                            .toList());
            rules.noneIsSource(settings, vipAddresses);
        }
        return settings;
    }

    private FlowSettings flows(SectionReader section) {
        int before = errors.count();
        Duration tcp = section.get(Schema.TCP_IDLE_TIMEOUT);
        Duration udp = section.get(Schema.UDP_IDLE_TIMEOUT);
        Duration shorter = tcp.compareTo(udp) < 0 ? tcp : udp;
        Duration usual = FlowSettings.DEFAULT.reclaimAge();
        Duration reclaimAge = section.seek(Schema.RECLAIM_AGE).orElse(usual.compareTo(shorter) < 0 ? usual : shorter);
        if (errors.count() == before && reclaimAge.compareTo(shorter) > 0) {
            section.complain(
                    Schema.RECLAIM_AGE,
                    section.quote(Schema.RECLAIM_AGE) + " is longer than an idle timeout: "
                            + section.quote(Schema.TCP_IDLE_TIMEOUT) + " for TCP, "
                            + section.quote(Schema.UDP_IDLE_TIMEOUT) + " for UDP");
        }
        int max = section.get(Schema.FLOWS_MAX);
        return errors.count() == before ? new FlowSettings(max, tcp, udp, reclaimAge) : FlowSettings.DEFAULT;
    }

    private List<Pool> pools(SectionReader root) {
        List<Pool> pools = new ArrayList<>();
        boolean allowExec = root.section(Schema.HEALTH_CHECKS_SECTION, Schema.HEALTH_CHECKS)
                .map(section -> section.get(Schema.ALLOW_EXEC))
                .orElse(false);
        PoolReader reader = new PoolReader(errors, realAddresses, root.has(Schema.GATEWAY_MAC), allowExec);
        root.named(Schema.POOLS, Schema.POOL)
                .forEach((name, section) -> reader.read(name, section).ifPresent(pools::add));
        return pools;
    }
}
