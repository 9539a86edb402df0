// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

import dev.thresher.config.Config;
import dev.thresher.config.Document;
import dev.thresher.config.InvalidConfigException;
import dev.thresher.config.IpText;
import dev.thresher.config.Pool;
import dev.thresher.config.Real;
import dev.thresher.config.VipKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Valid configurations of a few pools, real servers and VIPs, so that two of them have much in common; and edits of such. */
final class RandomDocuments {
    private static final List<String> POOLS = List.of("web", "dns", "api-2", "a_b");
    private static final List<String> REALS =
            List.of("10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "fd00::4", "fd00::5");
    private static final List<String> VIPS = List.of(
            "203.0.113.10:80", "203.0.113.10:443", "[2001:db8::1]:443", "198.51.100.0/24:any", "203.0.113.11:53");

    private final Random random;

    private RandomDocuments(Random random) {
        this.random = random;
    }

    static Document next(Random random) {
        return parse(new RandomDocuments(random).document());
    }

    static List<Edit> edits(Random random) {
        RandomDocuments source = new RandomDocuments(random);
        List<Edit> edits = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            edits.add(source.edit());
        }
        return edits;
    }

    static Document parse(String hocon) {
        try {
            return Document.parse(hocon, "random.conf");
        } catch (InvalidConfigException e) {
            throw new AssertionError(e.getMessage() + "\n" + hocon, e);
        }
    }

    /** What it means, whatever stands where in lists. */
    static Config inOrder(Document document) {
        Config config = document.config();
        return new Config(
                config.instance(),
                config.iface(),
                config.encapsulation(),
                config.flows(),
                config.capacity(),
                config.onExit(),
                config.api(),
                config.maglevSeed(),
                config.pools().stream().map(RandomDocuments::inOrder).toList(),
                config.vips().stream()
                        .sorted(Comparator.comparing(vip -> vip.key().toString()))
                        .toList());
    }

    private static Pool inOrder(Pool pool) {
        List<Real> reals = pool.reals().stream()
                .sorted(Comparator.comparing(real -> IpText.format(real.address())))
                .toList();
        return new Pool(pool.name(), reals, pool.check(), pool.encapsulation(), pool.policy());
    }

    private String document() {
        TreeMap<String, List<String>> pools = new TreeMap<>();
        for (String pool : POOLS) {
            if (pools.isEmpty() || random.nextInt(4) > 0) {
                pools.put(pool, some(REALS));
            }
        }
        StringBuilder text = new StringBuilder("thresher {\n  interface = eth0\n");
        text.append(one("", "maglev-seed = 7\n", "xdp-mode = auto\n", "xdp-mode = driver\n", "instance = front\n"));
        text.append(one("", "flows { max = 4Mi }\n", "flows { max = 1Mi, udp-idle-timeout = 30s }\n"));
        text.append(one("", "health-checks {}\n", "api.socket = \"/run/x y.sock\"\n"));
        text.append("  pools {\n");
        pools.forEach((name, reals) -> text.append(name + " { " + poolSettings() + " reals = "
                + reals.stream().map(this::real).collect(Collectors.joining(", ", "[ ", " ]")) + " }\n"));
        text.append("  }\n  vips = [\n");
        for (String vip : some(VIPS)) {
            String pool = List.copyOf(pools.keySet()).get(random.nextInt(pools.size()));
            text.append(vip(vip, pool, pools.getOrDefault(pool, List.of())));
        }
        return text + "  ]\n}\n";
    }

    private String poolSettings() {
        return one("", "slow-start = 2s,", "slow-start = 2000ms,", "slow-start = 0s,")
                + one("", "encapsulation = gue,", "encapsulation { type = gue, port = 7000 },")
                + one(
                        "",
                        "health-check { type = http, port = 80, headers { \"include\" = \"a \\\" b\", X-1 = \"0123\" } },");
    }

    private String real(String address) {
        return one(
                "\"" + address + "\"",
                "{ address = \"" + address + "\" }",
                "{ address = \"" + address + "\", weight = " + random.nextInt(3) + " }");
    }

    private String vip(String vip, String pool, List<String> reals) {
        VipKey key = VipKey.parse(vip + "/tcp");
        String address = key.isPrefix() ? key.prefix().toString() : IpText.format(key.address());
        return "{ address = \"" + address + "\", port = " + (key.port() == 0 ? "any" : key.port()) + ", pool = " + pool
                + one("", ", protocol = tcp", ", protocol = udp", ", protocol = both")
                + one("", ", hash = source", ", hash = 5-tuple")
                + one("", ", flows = stateless")
                + one(
                        "",
                        ", source-routes = [ { prefix = \"" + (key.isIpv4() ? "192.0.2.0/24" : "2001:db8:9::/48")
                                + "\", real = \"" + reals.get(0) + "\" } ]")
                + " }\n";
    }

    private Edit edit() {
        var real = IpText.parse(one(REALS.toArray(String[]::new)));
        VipKey vip = VipKey.parse(one(VIPS.toArray(String[]::new)) + one("/tcp", "/udp"));
        String pool = random.nextInt(10) == 0 ? "missing" : one(POOLS.toArray(String[]::new));
        VipKey scope = random.nextBoolean() ? vip : null;
        return switch (random.nextInt(5)) {
            case 0 ->
                new Edit.AddVip(
                        vip,
                        pool,
                        one("", "hash = source", "flows: [", "include \"/etc/passwd\"", "port = 3", "x = ${y}"));
            case 1 -> new Edit.RemoveVip(vip);
            case 2 -> new Edit.AddReal(pool, real, random.nextInt(3));
            case 3 -> new Edit.RemoveReal(random.nextBoolean() ? pool : null, real);
            default -> new Edit.SetWeight(real, scope, random.nextInt(3));
        };
    }

    private List<String> some(List<String> all) {
        List<String> shuffled = new ArrayList<>(all);
        Collections.shuffle(shuffled, random);
        return shuffled.subList(0, 1 + random.nextInt(all.size()));
    }

    private String one(String... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
