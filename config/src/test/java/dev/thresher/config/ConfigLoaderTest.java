// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {
    private static final Path VALID = Path.of("src/test/resources/valid");

    @TempDir
    Path directory;

    @Test
    void load_allKeysGiven() throws Exception {
        HttpExchange exchange = new HttpExchange(
                "GET", "/healthz?deep=1", "www.example.com:8080", Map.of(), StatusRanges.parse("200-204,301"), null);
        HealthCheck web = new HealthCheck(
                new ProbeKind.Http(8080, exchange, null),
                HealthCheck.Via.TUNNEL,
                new CheckTiming(Duration.ofMillis(500), Duration.ofMillis(500), Duration.ofMillis(500), 0.25),
                new CheckThresholds(1, 5, 5, Duration.ofMinutes(2)));
        HealthCheck dns = HealthCheck.tcp(53)
                .with(HealthCheck.Via.TUNNEL)
                .with(new CheckTiming(Duration.ofSeconds(2), Duration.ofMillis(500), Duration.ofMillis(250), 0.1));
        Config expected = new Config(
                "front-1",
                new Interface("eth0.100", XdpMode.DRIVER, null),
                new EncapsulationSettings(IpPrefix.parse("10.99.0.0/24"), null, false),
                new FlowSettings(1 << 20, Duration.ofMinutes(10), Duration.ofSeconds(30), Duration.ofSeconds(20)),
                CapacitySettings.DEFAULT,
                OnExit.KEEP,
                new ApiSettings(Path.of("/run/thresher/other.sock")),
                -7,
                List.of(
                        new Pool("dns", List.of(real("10.0.1.9", 1)), dns, Encapsulation.L2),
                        new Pool("plain", List.of(real("10.0.2.1", 1)), HealthCheck.none(), Encapsulation.gue(6080)),
                        new Pool(
                                "quic",
                                List.of(real("10.0.3.1", 1, "0a1b"), real("10.0.3.2", 0, "0c1d", "01020304")),
                                HealthCheck.none(),
                                Encapsulation.gue(7000)),
                        new Pool("web", List.of(real("10.0.0.2", 3), real("10.0.0.3", 0), real("fd00::4", 1)), web)),
                List.of(
                        new Vip(VipKey.parse("203.0.113.10:80/tcp"), "web", true),
                        new Vip(VipKey.parse("203.0.113.10:53/udp"), "dns", false),
                        new Vip(VipKey.parse("[2001:db8::1]:443/tcp"), "web", true),
                        everyPort(Protocol.TCP),
                        everyPort(Protocol.UDP),
                        new Vip(VipKey.parse("[2001:db8:1::/48]:443/udp"), "quic", true)
                                .with(VipHash.SOURCE)
                                .with(QuicRouting.quicLb(Map.of(0, 2, 6, 4)))
                                .with(List.of(route("::/0", "10.0.3.2"))),
                        new Vip(VipKey.parse("203.0.113.11:443/udp"), "quic", true)
                                .with(VipHash.SOURCE_PORT)
                                .with(QuicRouting.katran())));

        assertEquals(expected, ConfigLoader.load(VALID.resolve("full.conf")));
    }

    @Test
    void load_onlyWhatIsRequired_givesTheDefaultsOfTheModel() throws Exception {
        Config expected = new Config(
                "default",
                new Interface("eth0", XdpMode.AUTO, null),
                EncapsulationSettings.DEFAULT,
                FlowSettings.DEFAULT,
                CapacitySettings.DEFAULT,
                OnExit.KEEP,
                ApiSettings.forInstance("default"),
                0,
                List.of(),
                List.of());

        assertEquals(expected, ConfigLoader.load(VALID.resolve("minimal.conf")));
    }

    @Test
    void load_policyOfAPool() throws Exception {
        assertEquals(PoolPolicy.DEFAULT, pool("").policy());
        assertEquals(
                new PoolPolicy(Duration.ofSeconds(30), Duration.ofMinutes(10), 1, 50),
                pool("slow-start = 30s, drain-timeout = 10m, min-healthy = 1, panic-threshold = 50")
                        .policy());
    }

    @Test
    void load_failoverOfAVip() throws Exception {
        Path file = Files.writeString(directory.resolve("failover.conf"), """
            thresher {
              interface = eth0
              pools { web.reals = ["10.0.0.2"], near.reals = ["10.0.1.2"], far.reals = ["10.0.2.2"] }
              vips = [
                { address = "203.0.113.1", port = 80, pool = web, fallback = near }
                { address = "203.0.113.2", port = 80, pool = web, fallback = [near, far], dead-flows = keep }
              ]
            }
            """);
        List<Vip> vips = ConfigLoader.load(file).vips();
        assertEquals(
                new Failover(List.of("near"), Failover.DeadFlows.REPICK),
                vips.get(0).failover());
        assertEquals(
                new Failover(List.of("near", "far"), Failover.DeadFlows.KEEP),
                vips.get(1).failover());
    }

    @Test
    void load_healthCheckWithoutDetails_givesTheDefaultsOfTheModel() throws Exception {
        assertEquals(
                HealthCheck.http(80, "/").with(HealthCheck.Via.TUNNEL),
                pool("health-check { type = http, port = 80 }").check());
        assertEquals(
                HealthCheck.tcp(53).with(HealthCheck.Via.TUNNEL),
                pool("health-check { type = tcp, port = 53 }").check());
        assertEquals(HealthCheck.none(), pool("").check());
    }

    @Test
    void load_gatewayMac_isWhereEverythingGoes() throws Exception {
        Config config = ConfigLoader.load(write("thresher { interface = eth0, gateway-mac = \"02:00:00:00:00:0A\" }"));

        assertEquals(MacAddress.parse("02:00:00:00:00:0a"), config.iface().gatewayMac());
    }

    @Test
    void load_undefinedServerId_isReportedOnce() throws IOException {
        Path file = write("thresher { interface = eth0, pools.web.reals = [\n"
                + "{ address = \"10.0.0.2\", server-id = [ \"0a\", ${nothing} ] }\n] }");

        assertEquals(
                file + ":2: ${nothing} is defined neither in these files nor in the environment",
                onlyError(file).toString());
    }

    @Test
    void load_shortIdleTimeout_shortensTheReclaimAge() throws Exception {
        Config config = ConfigLoader.load(write("thresher { interface = eth0, flows.udp-idle-timeout = 10s }"));

        assertEquals(Duration.ofSeconds(10), config.flows().reclaimAge());
    }

    @Test
    void load_flowCounts_roundUpToAPowerOfTwo() throws Exception {
        assertEquals(1024, flows("1024"));
        assertEquals(2048, flows("1025"));
        assertEquals(1 << 20, flows("1 Mi"));
        assertEquals(1 << 20, flows("1048575"));
        assertEquals(1 << 26, flows("64Mi"));
        assertEquals(1 << 26, flows("\"67108863\""));
        assertEquals(512 << 10, flows("512Ki"));
    }

    @Test
    void load_environmentVariable_fillsASubstitution() throws Exception {
        Config config = ConfigLoader.load(write("thresher { interface = eth0, api.socket = ${HOME}/thresher.sock }"));

        assertEquals(
                Path.of(System.getenv("HOME"), "thresher.sock"), config.api().socket());
    }

    @Test
    void load_badValueFromTheEnvironment_isReportedWhereItIsUsed() throws IOException {
        Path file = write("thresher {\n  interface = eth0\n  instance = ${PATH}\n}");

        InvalidConfigException e = assertThrows(InvalidConfigException.class, () -> ConfigLoader.load(file));

        assertEquals("thresher.instance", e.errors().get(0).path());
        assertEquals(file.toString(), e.errors().get(0).file());
        assertEquals(System.getenv("PATH"), e.errors().get(0).value());
    }

    @Test
    void load_includedFiles_areOrderedAsTheyAreRead() {
        InvalidConfigException e = assertThrows(
                InvalidConfigException.class, () -> ConfigLoader.load(Path.of("src/test/resources/bad/include.conf")));

        assertEquals(
                List.of("web.conf:3", "reals.conf:3", "base.conf:1", "base.conf:3"),
                e.errors().stream()
                        .map(error -> Path.of(error.file()).getFileName() + ":" + error.line())
                        .toList());
    }

    @Test
    void load_keyMissingInASectionOfTwoFiles_isReportedInOneOfThem() throws IOException {
        Files.writeString(directory.resolve("more.conf"), "thresher.pools.web.encapsulation = ipip\n");
        Path file = write("include \"more\"\nthresher.interface = eth0\nthresher.pools.web.health-check.type = none\n");

        assertEquals(
                file + ":3: thresher.pools.web: `reals` is missing: list [ … ]",
                onlyError(file).toString());
    }

    @Test
    void load_fileThatIsNotThere() {
        Path file = directory.resolve("none.conf");

        assertEquals(file + ": there is no such file", onlyError(file).toString());
    }

    @Test
    void load_directory() {
        assertEquals(
                directory + ": that is a directory, not a file",
                onlyError(directory).toString());
    }

    @Test
    void load_binary() throws IOException {
        Path file = directory.resolve("binary.conf");
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0});

        assertEquals(file + ": the file is not UTF-8 text", onlyError(file).toString());
    }

    @Test
    void load_stringWithoutEnd_isReportedOnItsLine() throws IOException {
        ConfigError error = onlyError(write("thresher {\n  interface = \"eth0\n}\n"));

        assertEquals(2, error.line());
        assertTrue(error.message().startsWith("not valid HOCON: "), error.message());
    }

    @Test
    void load_nestedTooDeeply() throws IOException {
        Path file = write("a = " + "[".repeat(200_000));

        assertEquals(file + ": the file is nested too deeply", onlyError(file).toString());
    }

    @Test
    void load_controlCharacters_doNotBreakTheLine() throws IOException {
        ConfigError error = onlyError(write("thresher.interface = \"a\\nb\\u001b[2J\""));

        assertEquals("a\nb\u001b[2J", error.value());
        assertTrue(error.toString().contains("\"a\\u000ab\\u001b[2J\" is not"), error.toString());
    }

    @Test
    void message_hasALineForEachError() throws IOException {
        Path file = write("thresher {\n  interfaze = eth0\n}\n");

        InvalidConfigException e = assertThrows(InvalidConfigException.class, () -> ConfigLoader.load(file));

        assertEquals(
                file + ":1: thresher: `interface` is missing: name (1 to 15 characters)\n" + file
                        + ":2: thresher.interfaze: unknown key; did you mean `interface`?",
                e.getMessage());
    }

    private ConfigError onlyError(Path file) {
        InvalidConfigException e = assertThrows(InvalidConfigException.class, () -> ConfigLoader.load(file));
        assertEquals(1, e.errors().size(), e.getMessage());
        return e.errors().get(0);
    }

    private Pool pool(String text) throws Exception {
        Path file = write("thresher { interface = eth0, pools.web { reals = [ 10.0.0.2 ], " + text + " } }");
        return ConfigLoader.load(file).pools().get(0);
    }

    private int flows(String max) throws Exception {
        return ConfigLoader.load(write("thresher { interface = eth0, flows.max = " + max + " }"))
                .flows()
                .max();
    }

    private Path write(String text) throws IOException {
        return Files.write(directory.resolve("lb.conf"), text.getBytes(StandardCharsets.UTF_8));
    }

    private static Real real(String address, int weight, String... serverIds) {
        return new Real(
                IpText.parse(address),
                weight,
                Stream.of(serverIds).map(ServerId::new).toList());
    }

    private static Vip everyPort(Protocol protocol) {
        return new Vip(new VipKey(IpPrefix.parse("198.51.100.0/24"), 0, protocol), "plain", false)
                .with(VipHash.DESTINATION_PORT)
                .with(List.of(route("192.0.2.0/24", "10.0.2.1"), route("192.0.2.7/32", "10.0.2.1")));
    }

    private static SourceRoute route(String prefix, String real) {
        return new SourceRoute(IpPrefix.parse(prefix), IpText.parse(real));
    }
}
