// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.realserver;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.thresher.bpf.DecapDrop;
import dev.thresher.bpf.Decapsulation;
import dev.thresher.bpf.NetworkInterfaces;
import dev.thresher.config.IpPrefix;
import dev.thresher.config.IpText;
import dev.thresher.tools.lab.Shell;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** This host, asked by {@code ip} and {@code sysctl}. */
public final class LiveHost implements RealHost {
    @Override
    public Optional<Device> device(String name) {
        return json("ip", "-j", "address", "show", "dev", name).stream()
                .map(LiveHost::device)
                .findFirst();
    }

    private static Device device(JsonObject json) {
        Set<IpPrefix> addresses = addresses(json)
                .filter(address -> !address.get("scope").getAsString().equals("link"))
                .map(LiveHost::prefix)
                .collect(Collectors.toUnmodifiableSet());
        return new Device(json.get("mtu").getAsInt(), hasFlag(json, "UP"), addresses);
    }

    @Override
    public Set<IpPrefix> localPrefixes(Family family) {
        return objects("ip", "-j", family.option, "route", "show", "table", "local", "type", "local", "dev", "lo")
                .stream()
                .map(route -> Prefixes.parse(route.get("dst").getAsString()))
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public List<OwnAddress> answeredAddresses() {
        return json("ip", "-j", "address", "show").stream()
                .filter(device -> !hasFlag(device, "LOOPBACK") && !hasFlag(device, "NOARP"))
                .flatMap(device -> addresses(device).map(address -> own(device, address)))
                .toList();
    }

    private static OwnAddress own(JsonObject device, JsonObject address) {
        return new OwnAddress(
                device.get("ifname").getAsString(),
                IpText.parse(address.get("local").getAsString()),
                address.get("prefixlen").getAsInt());
    }

    private static boolean hasFlag(JsonObject device, String flag) {
        return device.getAsJsonArray("flags").asList().stream()
                .anyMatch(each -> each.getAsString().equals(flag));
    }

    private static Stream<JsonObject> addresses(JsonObject device) {
        return StreamSupport.stream(device.getAsJsonArray("addr_info").spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                // Other families' leave an empty object behind.
                .filter(address -> address.has("local"));
    }

    private static IpPrefix prefix(JsonObject address) {
        return Prefixes.around(
                IpText.parse(address.get("local").getAsString()),
                address.get("prefixlen").getAsInt());
    }

    @Override
    public OptionalInt sysctl(String key) {
        Shell.Result result = Shell.attempt("", List.of("sysctl", "-n", key));
        String value = result.out().strip();
        return result.exit() == 0 && value.matches("-?\\d+")
                ? OptionalInt.of(Integer.parseInt(value))
                : OptionalInt.empty();
    }

    @Override
    public List<List<String>> defaultRoutes(Family family) {
        List<List<String>> routes = new ArrayList<>();
        for (String line : Shell.run("ip", family.option, "route", "show", "default")
                .lines()
                .toList()) {
            List<String> words = Arrays.asList(line.strip().split("\\s+"));
            if (words.get(0).equals("default")) {
                routes.add(new ArrayList<>(words));
            } else if (!routes.isEmpty()) {
                // One of several next hops, on a line of its own.
                routes.get(routes.size() - 1).addAll(words);
            }
        }
        return routes;
    }

    @Override
    public boolean hasFouPort(Family family, int port) {
        Shell.Result result = Shell.attempt("", List.of("ip", "fou", "show"));
        return result.exit() == 0
                && result.out()
                        .lines()
                        .map(line -> Arrays.asList(line.strip().split("\\s+")))
                        .anyMatch(words -> words.containsAll(List.of("port", Integer.toString(port), "gue"))
                                && words.contains("-6") == (family == Family.IPV6));
    }

    @Override
    public Optional<Decapsulation> decapsulation(String device) {
        OptionalInt ifindex = NetworkInterfaces.indexOf(device);
        return ifindex.isEmpty() ? Optional.empty() : Decapsulation.on(ifindex.getAsInt(), Decapsulation.pin(device));
    }

    @Override
    public Map<DecapDrop, Long> drops(String device) {
        return Decapsulation.drops(Decapsulation.pin(device));
    }

    private static List<JsonObject> json(String... command) {
        // Other families' addresses leave an empty object behind.
        return objects(command).stream().filter(object -> object.has("ifname")).toList();
    }

    private static List<JsonObject> objects(String... command) {
        Shell.Result result = Shell.attempt("", List.of(command));
        if (result.exit() != 0) {
            return List.of();
        }
        return JsonParser.parseString(result.out()).getAsJsonArray().asList().stream()
                .map(JsonElement::getAsJsonObject)
                .toList();
    }
}
