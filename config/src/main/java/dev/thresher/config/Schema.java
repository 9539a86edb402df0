// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Every key there is. The loader takes names, ranges and defaults from here, and a test compares the reference
 * ({@code docs/configuration.md}) with it.
 */
final class Schema {
    /** The file itself. */
    static final String DOCUMENT = "";

    static final String ROOT = "thresher";
    static final String ENCAPSULATION = ROOT + ".encapsulation";
    static final String FLOWS = ROOT + ".flows";
    static final String POOL = ROOT + ".pools.<name>";
    static final String REAL = POOL + ".reals[]";
    static final String HEALTH_CHECKS = ROOT + ".health-checks";
    static final String POOL_ENCAPSULATION = POOL + ".encapsulation";
    static final String VIP = ROOT + ".vips[]";
    static final String QUIC = VIP + ".quic";
    static final String QUIC_CONFIG = QUIC + ".configs.<rotation>";
    static final String SOURCE_ROUTE = VIP + ".source-routes[]";

    static final Key<ConfigObject> THRESHER = Key.required(DOCUMENT, "thresher", ValueType.SECTION);
    /** Whatever it holds is there for substitutions only. */
    static final Key<ConfigObject> DEFINITIONS =
            Key.optional(DOCUMENT, "definitions", ValueType.SECTION, "no definitions");

    static final Key<String> INSTANCE =
            Key.defaulting(ROOT, "instance", ValueTypes.instance(), Config.DEFAULT_INSTANCE);
    static final Key<String> INTERFACE = Key.required(ROOT, "interface", ValueTypes.interfaceName());
    static final Key<XdpMode> XDP_MODE = Key.defaulting(ROOT, "xdp-mode", ValueType.oneOf(XdpMode.class), "auto");
    static final Key<MacAddress> GATEWAY_MAC =
            Key.optional(ROOT, "gateway-mac", ValueTypes.unicastMac(), "from the kernel's routes");
    static final Key<Integer> MAGLEV_SEED =
            Key.defaulting(ROOT, "maglev-seed", ValueTypes.integer(Integer.MIN_VALUE, Integer.MAX_VALUE), "0");

    static final Key<ConfigObject> ENCAPSULATION_SECTION =
            Key.optional(ROOT, "encapsulation", ValueType.SECTION, "all defaults");
    static final Key<Optional<IpPrefix>> SOURCE_IPV4 =
            Key.defaulting(ENCAPSULATION, "source-ipv4", AddressTypes.ipv4Source(), "172.16.0.0/16");
    static final Key<Optional<IpPrefix>> SOURCE_IPV6 =
            Key.defaulting(ENCAPSULATION, "source-ipv6", AddressTypes.ipv6Source(), "100::/64");
    static final Key<Boolean> GUE_CHECKSUM = Key.defaulting(ENCAPSULATION, "gue-checksum", ValueTypes.flag(), "true");

    static final Key<ConfigObject> FLOWS_SECTION = Key.optional(ROOT, "flows", ValueType.SECTION, "all defaults");
    static final Key<Integer> FLOWS_MAX = Key.defaulting(FLOWS, "max", ValueTypes.flowCount(), "1Mi");
    static final Key<Duration> TCP_IDLE_TIMEOUT =
            Key.defaulting(FLOWS, "tcp-idle-timeout", ValueTypes.wholeSeconds("1s", "1h"), "15m");
    static final Key<Duration> UDP_IDLE_TIMEOUT =
            Key.defaulting(FLOWS, "udp-idle-timeout", ValueTypes.wholeSeconds("1s", "1h"), "60s");
    static final Key<Duration> RECLAIM_AGE = Key.optional(
            FLOWS, "reclaim-age", ValueTypes.wholeSeconds("1s", "1h"), "60s, or the shorter idle timeout if less");

    static final Key<ConfigObject> CAPACITY_SECTION = Key.optional(ROOT, "capacity", ValueType.SECTION, "all defaults");
    static final Key<OnExit> ON_EXIT = Key.defaulting(ROOT, "on-exit", ValueType.oneOf(OnExit.class), "keep");

    static final Key<ConfigObject> API_SECTION = Key.optional(ROOT, "api", ValueType.SECTION, "all defaults");

    static final Key<ConfigObject> HEALTH_CHECKS_SECTION =
            Key.optional(ROOT, "health-checks", ValueType.SECTION, "all defaults");
    static final Key<Boolean> ALLOW_EXEC = Key.defaulting(HEALTH_CHECKS, "allow-exec", ValueTypes.flag(), "false");

    static final Key<ConfigObject> POOLS = Key.optional(ROOT, "pools", ValueType.SECTION, "no pools");
    static final Key<ConfigList> REALS = Key.required(POOL, "reals", ValueType.LIST);
    static final Key<ConfigObject> POOL_ENCAPSULATION_SECTION =
            Key.optional(POOL, "encapsulation", ValueType.wordOrSection("ipip, gue, l2"), "ipip");
    static final Key<Encapsulation.Kind> ENCAPSULATION_TYPE =
            Key.required(POOL_ENCAPSULATION, "type", ValueType.oneOf(Encapsulation.Kind.class));
    static final Key<Integer> GUE_PORT =
            Key.defaulting(POOL_ENCAPSULATION, "port", ValueTypes.integer(1, 65_535), "6080");
    static final Key<ConfigObject> CHECK_SECTION = Key.optional(POOL, "health-check", ValueType.SECTION, "no probes");

    static final Key<InetAddress> REAL_ADDRESS = Key.required(REAL, "address", AddressTypes.unicast());
    static final Key<Integer> WEIGHT = Key.defaulting(REAL, "weight", ValueTypes.integer(0, Real.MAX_WEIGHT), "1");

    static final Key<List<ServerId>> SERVER_ID = Key.optional(REAL, "server-id", ValueTypes.serverIds(), "none");

    static final Key<ConfigList> VIPS = Key.optional(ROOT, "vips", ValueType.LIST, "no VIPs");
    static final Key<IpPrefix> VIP_ADDRESS = Key.required(VIP, "address", AddressTypes.unicastOrPrefix());
    static final Key<Integer> VIP_PORT = Key.required(VIP, "port", ValueTypes.portOrAny());
    static final Key<VipProtocol> VIP_PROTOCOL =
            Key.defaulting(VIP, "protocol", ValueType.oneOf(VipProtocol.class), "tcp");
    static final Key<String> VIP_POOL = Key.required(VIP, "pool", ValueTypes.poolName());
    static final Key<FlowTracking> VIP_FLOWS =
            Key.defaulting(VIP, "flows", ValueType.oneOf(FlowTracking.class), "tracked");
    static final Key<VipHash> VIP_HASH = Key.defaulting(VIP, "hash", ValueType.oneOf(VipHash.class), "5-tuple");
    static final Key<ConfigObject> QUIC_SECTION =
            Key.optional(VIP, "quic", ValueType.SECTION, "connection IDs mean nothing");
    static final Key<ConfigList> SOURCE_ROUTES = Key.optional(VIP, "source-routes", ValueType.LIST, "none");

    static final Key<QuicRouting.Scheme> QUIC_SCHEME =
            Key.required(QUIC, "scheme", ValueType.oneOf(QuicRouting.Scheme.class));
    static final Key<ConfigObject> QUIC_CONFIGS = Key.optional(QUIC, "configs", ValueType.SECTION, "none");
    static final Key<Integer> SERVER_ID_LENGTH =
            Key.required(QUIC_CONFIG, "server-id-length", ValueTypes.integer(1, ServerId.MAX_LENGTH));

    static final Key<IpPrefix> ROUTE_PREFIX = Key.required(SOURCE_ROUTE, "prefix", AddressTypes.anyPrefix());
    static final Key<InetAddress> ROUTE_REAL = Key.required(SOURCE_ROUTE, "real", AddressTypes.unicast());

    private static final List<Key<?>> OWN_KEYS = List.of(
            THRESHER,
            DEFINITIONS,
            INSTANCE,
            INTERFACE,
            XDP_MODE,
            GATEWAY_MAC,
            MAGLEV_SEED,
            ENCAPSULATION_SECTION,
            FLOWS_SECTION,
            CAPACITY_SECTION,
            ON_EXIT,
            API_SECTION,
            HEALTH_CHECKS_SECTION,
            POOLS,
            VIPS,
            SOURCE_IPV4,
            SOURCE_IPV6,
            GUE_CHECKSUM,
            FLOWS_MAX,
            TCP_IDLE_TIMEOUT,
            UDP_IDLE_TIMEOUT,
            RECLAIM_AGE,
            ALLOW_EXEC,
            REALS,
            POOL_ENCAPSULATION_SECTION,
            CHECK_SECTION,
            ENCAPSULATION_TYPE,
            GUE_PORT,
            REAL_ADDRESS,
            WEIGHT,
            SERVER_ID,
            VIP_ADDRESS,
            VIP_PORT,
            VIP_PROTOCOL,
            VIP_POOL,
            VIP_FLOWS,
            VIP_HASH,
            QUIC_SECTION,
            SOURCE_ROUTES,
            QUIC_SCHEME,
            QUIC_CONFIGS,
            SERVER_ID_LENGTH,
            ROUTE_PREFIX,
            ROUTE_REAL);

    static final List<Key<?>> KEYS = Stream.of(
                    HealthCheckKeys.KEYS, OWN_KEYS, PolicyKeys.KEYS, CapacityReader.KEYS, ApiReader.KEYS)
            .<Key<?>>flatMap(List::stream)
            .toList();

    private static final Map<String, List<String>> NAMES = KEYS.stream()
            .collect(Collectors.groupingBy(Key::section, Collectors.mapping(Key::name, Collectors.toList())));

    private Schema() {}

    /** The names of a section's keys. */
    static List<String> names(String section) {
        return NAMES.getOrDefault(section, List.of());
    }

    /** The sections that have a key of this name. */
    static List<String> sectionsWith(String name) {
        return KEYS.stream()
                .filter(key -> key.name().equals(name))
                .map(Key::section)
                .toList();
    }

    /** How {@code vips[].protocol} is spelled. */
    enum VipProtocol {
        TCP,
        UDP,
        BOTH;

        /** There is a VIP for each. */
        List<Protocol> protocols() {
            return switch (this) {
                case TCP -> List.of(Protocol.TCP);
                case UDP -> List.of(Protocol.UDP);
                case BOTH -> List.of(Protocol.TCP, Protocol.UDP);
            };
        }
    }

    /** How {@code vips[].flows} is spelled. */
    enum FlowTracking {
        TRACKED,
        STATELESS
    }
}
