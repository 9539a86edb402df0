// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import dev.thresher.bpf.BpfException;
import dev.thresher.bpf.BpfFs;
import dev.thresher.bpf.Decapsulation;
import dev.thresher.bpf.NetworkInterfaces;
import dev.thresher.bpf.XdpMode;
import dev.thresher.config.IpPrefix;
import dev.thresher.tools.realserver.LiveHost;
import dev.thresher.tools.realserver.Prefixes;
import dev.thresher.tools.realserver.RealHost.Device;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The verb {@code real-server}: what a host needs that the load balancer sends to. */
@Command(
        name = "real-server",
        header = "Prepare a host to be a real server, or check one.",
        description =
                "A real server has the VIPs on lo, answers no ARP for them, and takes off the outer header that the"
                        + " load balancer puts before each packet. 'setup' does all of it, 'check' says what is missing,"
                        + " and 'attach' is the last part alone: an XDP program.",
        subcommands = {RealServerSetup.class, RealServerCheck.class, RealServerTeardown.class})
final class RealServerCommand {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Command(
            name = "attach",
            description = {
                "Begin to decapsulate packets that come in by INTERFACE.",
                "Takes the outer headers off packets for the VIPs, of IP in IP and of GUE. Everything else stays as it"
                        + " is. It lasts until it is detached or the host restarts; run it again when there is another"
                        + " VIP."
            },
            mixinStandardHelpOptions = true)
    int attach(
            @Parameters(paramLabel = "INTERFACE", description = "where the load balancer's packets come in")
                    String name,
            @Option(
                            names = "--vip",
                            split = ",",
                            paramLabel = "ADDRESS",
                            description = "VIPs, addresses or prefixes (default: what is on lo).")
                    @Nullable
                    List<String> vips,
            @Option(
                            names = "--gue-port",
                            defaultValue = "" + Decapsulation.DEFAULT_GUE_PORT,
                            paramLabel = "PORT",
                            description = "UDP port of GUE, 0 for none (default: ${DEFAULT-VALUE}).")
                    int guePort) {
        int ifindex = indexOf(name);
        Decapsulation program = new Decapsulation(vips == null ? vipsOnLoopback() : vips(vips), guePort(guePort));
        try {
            BpfFs.ensureMounted();
            boolean replaced = program.attach(ifindex, Decapsulation.pin(name));
            return say(
                    replaced
                            ? "already decapsulating on " + name + "; now with this version's program, and these VIPs"
                            : "decapsulating on " + name + mode(ifindex));
        } catch (IOException | BpfException e) {
            throw CommandFailure.failed("cannot decapsulate on " + name + ": " + e.getMessage(), e);
        }
    }

    @Command(name = "detach", description = "Stop decapsulating on INTERFACE.", mixinStandardHelpOptions = true)
    int detach(@Parameters(paramLabel = "INTERFACE") String name) {
        try {
            if (!Decapsulation.detach(Decapsulation.pin(name))) {
                throw CommandFailure.failed(
                        "nothing decapsulates on " + name + ": no " + Decapsulation.pin(name), null);
            }
            return say("no longer decapsulating on " + name);
        } catch (IOException | BpfException e) {
            throw CommandFailure.failed("cannot detach from " + name + ": " + e.getMessage(), e);
        }
    }

    private static String mode(int ifindex) {
        boolean generic = NetworkInterfaces.attached(ifindex)
                .filter(attached -> attached.mode() == XdpMode.GENERIC)
                .isPresent();
        return generic ? " in generic mode: its driver has no XDP" : "";
    }

    private static Set<Decapsulation.Prefix> vips(List<String> texts) {
        return texts.stream()
                .map(RealServerOptions::vip)
                .map(Prefixes::forProgram)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Set<Decapsulation.Prefix> vipsOnLoopback() {
        Set<Decapsulation.Prefix> vips = new LiveHost()
                .device("lo").map(Device::addresses).orElse(Set.of()).stream()
                        .filter(Predicate.not(RealServerCommand::isLoopback))
                        .map(Prefixes::forProgram)
                        .collect(Collectors.toUnmodifiableSet());
        if (vips.isEmpty()) {
            throw CommandFailure.failed(
                    "there is no VIP on lo.\nPut it there first: ip address add VIP/32 dev lo; or name it: --vip VIP",
                    null);
        }
        return vips;
    }

    private static boolean isLoopback(IpPrefix prefix) {
        InetAddress address = prefix.address();
        return address.isLoopbackAddress();
    }

    private static int guePort(int port) {
        if (port < 0 || port > 0xffff) {
            throw CommandFailure.invalid("--gue-port is 0 to 65535, not " + port);
        }
        return port;
    }

    private static int indexOf(String name) {
        return NetworkInterfaces.indexOf(name)
                .orElseThrow(
                        () -> CommandFailure.invalid("there is no interface " + name + "; list them with: ip link"));
    }

    private int say(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
        return 0;
    }
}
