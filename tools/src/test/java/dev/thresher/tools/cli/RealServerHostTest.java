// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.thresher.bpf.BpfObject;
import dev.thresher.bpf.Decapsulation;
import dev.thresher.bpf.NetworkInterfaces;
import dev.thresher.bpf.XdpLink;
import dev.thresher.bpf.XdpMode;
import dev.thresher.tools.lab.Namespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code real-server setup}, {@code check} and {@code teardown} on a host that is a network namespace of its own. */
class RealServerHostTest {
    private static final String PORT = "thr-rs0";
    private static final String VIPS = "203.0.113.10,2001:db8:cafe::10";

    private final Namespace host =
            new Namespace("thr-rs-" + ProcessHandle.current().pid());

    @TempDir
    private Path directory = Path.of("");

    @BeforeEach
    void makeHost() {
        host.create();
        for (String line : List.of(
                "ip link set lo up",
                "ip link add " + PORT + " type veth peer name thr-rs1",
                "sysctl -q -w net.ipv6.conf.all.accept_dad=0 net.ipv4.conf.all.rp_filter=0",
                "ip link set thr-rs1 up",
                "ip link set " + PORT + " up",
                "ip address add 10.9.0.2/24 dev " + PORT,
                "ip address add fd09::2/64 dev " + PORT + " nodad",
                "ip -4 route add default via 10.9.0.1",
                "ip -6 route add default via fd09::1")) {
            run(line);
        }
    }

    @AfterEach
    void removeHost() {
        thresher("detach", PORT);
        host.delete();
    }

    private void run(String line) {
        host.run(line.split(" "));
    }

    private CliRun thresher(String... arguments) {
        List<String> all = new ArrayList<>(List.of("real-server"));
        all.addAll(Arrays.asList(arguments));
        return host.call(() -> CliRun.of(all.toArray(String[]::new)));
    }

    private CliRun wanting(String verb, String... more) {
        List<String> all = new ArrayList<>(List.of(verb, "--interface", PORT, "--vip", VIPS));
        all.addAll(Arrays.asList(more));
        if (verb.equals("setup")) {
            all.addAll(List.of("--journal", journal().toString()));
        }
        return thresher(all.toArray(String[]::new));
    }

    private CliRun teardown() {
        return thresher("teardown", "--journal", journal().toString());
    }

    private Path journal() {
        return directory.resolve("undo");
    }

    private void assertReady(String... more) {
        CliRun check = wanting("check", more);
        assertEquals(0, check.exitCode(), check::out);
        assertTrue(check.outLines().stream().allMatch(line -> line.startsWith("ok ")), check::out);
    }

    /** Requirements that the host does not meet. */
    private List<JsonObject> missing(String... more) {
        List<String> all = new ArrayList<>(List.of(more));
        all.add("--json");
        CliRun check = wanting("check", all.toArray(String[]::new));
        JsonObject json = check.json();
        assertEquals(check.exitCode() == 0, json.get("ready").getAsBoolean());
        return json.getAsJsonArray("requirements").asList().stream()
                .map(JsonElement::getAsJsonObject)
                .filter(requirement -> !requirement.get("ok").getAsBoolean())
                .toList();
    }

    private static List<String> mend(JsonObject requirement) {
        return requirement.getAsJsonArray("mend").asList().stream()
                .map(JsonElement::getAsString)
                .toList();
    }

    /** Runs a command as the operator would who copies it from what was printed. */
    private void paste(String command) {
        String own = "thresher real-server ";
        if (command.startsWith(own)) {
            assertEquals(0, thresher(command.substring(own.length()).split(" ")).exitCode(), command);
        } else {
            run(command);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ipip", "gue", "l2"})
    void setup_makes_a_real_server_and_teardown_unmakes_it(String encapsulation) throws Exception {
        String[] kind = {"--encapsulation", encapsulation};
        List<JsonObject> before = missing(kind);
        assertTrue(before.size() >= 4, before::toString);

        CliRun setup = wanting("setup", kind);
        assertEquals(0, setup.exitCode(), setup::err);
        assertReady(kind);

        List<String> written = Files.readAllLines(journal());
        CliRun again = wanting("setup", kind);
        assertEquals(0, again.exitCode());
        assertTrue(again.outLines().stream().allMatch(line -> line.startsWith("ok ")), again::out);
        assertEquals(written, Files.readAllLines(journal()), "what there is to take back");

        assertEquals(0, teardown().exitCode());
        assertEquals(before, missing(kind), "as it was before");
        assertFalse(Files.exists(journal()));
        assertEquals("", teardown().out(), "nothing is left to take back");
    }

    @Test
    void dry_run_prints_what_would_do_and_does_nothing() {
        List<JsonObject> before = missing();
        CliRun dry = wanting("setup", "--dry-run");
        assertEquals(0, dry.exitCode());
        assertEquals(before, missing());
        assertFalse(Files.exists(journal()));
        dry.outLines().forEach(this::paste);
        assertReady();
        assertEquals("", wanting("setup", "--dry-run").out());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "arp_ignore    | sysctl -q -w net.ipv4.conf.all.arp_ignore=0",
                "arp_announce  | sysctl -q -w net.ipv4.conf.all.arp_announce=1",
                "vip           | ip address delete 203.0.113.10/32 dev lo",
                "vip           | ip address delete 2001:db8:cafe::10/128 dev lo",
                "vip           | ip address add 203.0.113.10/24 dev " + PORT,
                "vip           | ip address add 2001:db8:cafe::10/64 nodad dev " + PORT,
                "mss           | ip -4 route change default via 10.9.0.1",
                "mss           | ip -4 route change default via 10.9.0.1 advmss 1460",
                "mss           | ip -6 route change default via fd09::1 dev " + PORT + " advmss 1440",
                "rp_filter     | sysctl -q -w net.ipv4.conf." + PORT + ".rp_filter=1",
                "rp_filter     | sysctl -q -w net.ipv4.conf.all.rp_filter=1",
                "decapsulation | thresher real-server detach " + PORT,
                "decapsulation | thresher real-server attach " + PORT + " --vip 203.0.113.10 --gue-port 6080",
                "decapsulation | thresher real-server attach " + PORT + " --gue-port 6081"
            })
    void whatever_is_missing_is_told_with_what_mends_it(String name, String breakage) {
        String[] gue = {"--encapsulation", "gue"};
        wanting("setup", gue);
        paste(breakage);

        List<JsonObject> missing = missing(gue);

        assertEquals(1, missing.size(), missing::toString);
        assertEquals(name, missing.get(0).get("name").getAsString());
        mend(missing.get(0)).forEach(this::paste);
        assertReady(gue);
    }

    @Test
    void ipv6_prefix_is_the_hosts_own_after_setup() {
        String inside = "2001:db8:aa::5";
        String[] prefix = {"--interface", PORT, "--vip", "2001:db8:aa::/64", "--encapsulation", "l2"};
        run("ip address add 2001:db8:aa::/64 dev lo");
        assertEquals(
                1,
                thresher(Stream.concat(Stream.of("check"), Stream.of(prefix)).toArray(String[]::new))
                        .exitCode());
        assertFalse(host.run("ip", "-6", "route", "get", inside).startsWith("local"));
        Stream<String> setup = Stream.of("setup", "--journal", journal().toString());
        assertEquals(
                0,
                thresher(Stream.concat(setup, Stream.of(prefix)).toArray(String[]::new))
                        .exitCode());
        assertTrue(host.run("ip", "-6", "route", "get", inside).startsWith("local"));
        assertEquals(0, teardown().exitCode());
        assertFalse(host.run("ip", "-6", "route", "get", inside).startsWith("local"));
    }

    /** As interfaces of VLANs have it; bpffs takes no dots. */
    @Test
    void interface_may_have_a_dot_in_its_name() {
        String port = "thr-rs.100";
        run("ip link add " + port + " type veth peer name thr-rs.101");
        run("ip link set " + port + " up");
        assertEquals(0, thresher("attach", port, "--vip", "203.0.113.10").exitCode());
        CliRun check = thresher("check", "--interface", port, "--vip", "203.0.113.10");
        assertTrue(check.out().contains("our program unwraps packets on " + port), check::out);
        assertEquals(0, thresher("detach", port).exitCode());
        assertEquals(1, thresher("detach", port).exitCode(), "nothing is left");
    }

    @Test
    void interface_that_is_down_is_told() {
        run("ip link set " + PORT + " down");
        JsonObject first = missing().get(0);
        assertEquals("interface", first.get("name").getAsString());
        assertEquals(List.of("ip link set " + PORT + " up"), mend(first));
    }

    @Test
    void mtu_of_the_interface_can_make_the_room() {
        String[] room = {"--mtu", "1600"};
        assertEquals(0, wanting("setup", room).exitCode());
        assertReady(room);
        assertTrue(host.run("ip", "link", "show", PORT).contains("mtu 1600"));
        assertFalse(host.run("ip", "route", "show", "default").contains("advmss"));
        assertEquals(0, teardown().exitCode());
        assertTrue(host.run("ip", "link", "show", PORT).contains("mtu 1500"));
    }

    /** What was there before setup is not its to remove. */
    @Test
    void teardown_leaves_what_setup_found() {
        run("ip address add 203.0.113.10/32 dev lo");
        run("sysctl -q -w net.ipv4.conf.all.arp_announce=2");
        wanting("setup");
        assertEquals(0, teardown().exitCode());
        assertTrue(host.run("ip", "address", "show", "dev", "lo").contains("203.0.113.10/32"));
        assertEquals(
                "2", host.run("sysctl", "-n", "net.ipv4.conf.all.arp_announce").strip());
        assertEquals(
                "0", host.run("sysctl", "-n", "net.ipv4.conf.all.arp_ignore").strip());
    }

    @Test
    void teardown_goes_on_where_somebody_was_before_it() {
        wanting("setup");
        run("ip address delete 203.0.113.10/32 dev lo");
        CliRun teardown = teardown();
        assertEquals(1, teardown.exitCode());
        assertTrue(teardown.err().contains("ip address delete 203.0.113.10/32 dev lo"), teardown::err);
        assertFalse(host.run("ip", "address", "show", "dev", "lo").contains("2001:db8:cafe::10"));
        assertFalse(Files.exists(journal()));
    }

    @Test
    void step_that_fails_is_named_and_the_ones_before_can_be_taken_back() throws Exception {
        try (BpfObject object = new Decapsulation(Set.of(), 0).load();
                XdpLink other = host.call(() -> object.program("pass")
                        .attachXdp(NetworkInterfaces.indexOf(PORT).orElseThrow(), XdpMode.AUTO))) {
            CliRun setup = wanting("setup");
            assertEquals(1, setup.exitCode(), setup::out);
            assertTrue(setup.err().contains("'thresher real-server attach " + PORT), setup::err);
            assertTrue(setup.err().contains("has the XDP program with id " + other.programId()), setup::err);
        }
        assertFalse(Files.readString(journal()).contains("detach"), "no step that was not taken");
        assertEquals(0, teardown().exitCode());
        assertFalse(host.run("ip", "address", "show", "dev", "lo").contains("203.0.113.10"));
    }

    @Test
    void attach_takes_the_vips_from_lo() {
        CliRun none = thresher("attach", PORT);
        assertEquals(1, none.exitCode());
        assertTrue(none.err().contains("there is no VIP on lo"), none::err);
        run("ip address add 203.0.113.10/32 dev lo");
        run("ip address add 2001:db8:cafe::10/128 dev lo");
        assertEquals(0, thresher("attach", PORT).exitCode());
        List<String> names = missing().stream()
                .map(requirement -> requirement.get("name").getAsString())
                .toList();
        assertFalse(names.contains("decapsulation"), names::toString);
        assertEquals(
                Set.of(JsonParser.parseString("{\"congestion\": 0, \"strip\": 0}"), new JsonObject()),
                wanting("check", "--json").json().getAsJsonArray("requirements").asList().stream()
                        .map(requirement -> requirement.getAsJsonObject().get("drops"))
                        .collect(Collectors.toSet()));
    }

    static Stream<List<String>> mistakes() {
        return Stream.of(
                List.of("check", "--interface", "nosuch", "--vip", "203.0.113.10", "there is no interface nosuch"),
                List.of("check", "--interface", PORT, "--vip", "203.0.113", "not an IPv4 or IPv6 address"),
                List.of("check", "--interface", PORT, "--vip", "10.0.0.0/40", "prefix"),
                List.of(
                        "check",
                        "--interface",
                        PORT,
                        "--vip",
                        "10.0.0.1",
                        "--gue-port",
                        "0",
                        "--gue-port is 1 to 65535"),
                List.of("check", "--interface", PORT, "--vip", "10.0.0.1", "--mtu", "100", "--mtu is 1280 to 65535"),
                List.of("check", "--interface", PORT, "--vip"));
    }

    @Test
    void mistakes_are_named() {
        mistakes().forEach(words -> {
            boolean told = words.size() % 2 == 0;
            List<String> arguments = told ? words.subList(0, words.size() - 1) : words;
            CliRun run = thresher(arguments.toArray(String[]::new));
            assertEquals(2, run.exitCode(), () -> words + run.err());
            assertTrue(!told || run.err().contains(words.get(words.size() - 1)), run::err);
        });
    }
}
