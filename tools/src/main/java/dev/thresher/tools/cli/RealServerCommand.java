// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import dev.thresher.bpf.BpfException;
import dev.thresher.bpf.BpfFs;
import dev.thresher.bpf.BpfObject;
import dev.thresher.bpf.NetworkInterfaces;
import dev.thresher.bpf.XdpLink;
import dev.thresher.bpf.XdpMode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The verb {@code real-server}: our decapsulation on a real server that does not use the kernel's tunnel devices. */
@Command(
        name = "real-server",
        header = "Decapsulate on a real server.",
        description =
                "Runs the XDP program that strips the load balancer's outer header on this host, a real server, so "
                        + "that its stack sees the client's packet for the VIP. It stays until it is detached or the host "
                        + "restarts. The VIP must be on lo; see README.md.")
final class RealServerCommand {
    private static final Path PINS = BpfFs.ROOT.resolve("thresher-real");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Command(
            name = "attach",
            description = "Begin to decapsulate IP-in-IP packets that come in by INTERFACE.",
            mixinStandardHelpOptions = true)
    int attach(
            @Parameters(paramLabel = "INTERFACE", description = "where the load balancer's packets come in")
                    String name) {
        int ifindex = indexOf(name);
        Path pin = PINS.resolve(name);
        try {
            BpfFs.ensureMounted();
            Files.createDirectories(PINS);
            Optional<XdpLink> pinned = XdpLink.openPinned(pin);
            if (pinned.isPresent()) {
                return replace(pinned.get(), ifindex, name, pin);
            }
            return attachAnew(name, ifindex, pin);
        } catch (IOException | BpfException e) {
            throw CommandFailure.failed("cannot decapsulate on " + name + ": " + e.getMessage(), e);
        }
    }

    @Command(name = "detach", description = "Stop decapsulating on INTERFACE.", mixinStandardHelpOptions = true)
    int detach(@Parameters(paramLabel = "INTERFACE") String name) {
        Path pin = PINS.resolve(name);
        try (XdpLink link = XdpLink.openPinned(pin)
                .orElseThrow(() -> CommandFailure.failed("nothing decapsulates on " + name + ": no " + pin, null))) {
            link.detach(pin);
            return say("no longer decapsulating on " + name);
        } catch (BpfException e) {
            throw CommandFailure.failed("cannot detach from " + name + ": " + e.getMessage(), e);
        }
    }

    private int attachAnew(String name, int ifindex, Path pin) {
        try (BpfObject object = BpfObject.open("decap.bpf.o").load();
                XdpLink link = object.program("decap").attachXdp(ifindex, XdpMode.AUTO)) {
            link.pin(pin);
        }
        boolean generic = NetworkInterfaces.attached(ifindex)
                .filter(attached -> attached.mode() == XdpMode.GENERIC)
                .isPresent();
        return say("decapsulating on " + name + (generic ? " in generic mode: its driver has no XDP" : ""));
    }

    /** A pin may be left from an interface of that name that is gone, or from an older version of the program. */
    private int replace(XdpLink pinned, int ifindex, String name, Path pin) {
        try (XdpLink link = pinned) {
            if (link.ifindex() == ifindex) {
                try (BpfObject object = BpfObject.open("decap.bpf.o").load()) {
                    link.update(object.program("decap"));
                }
                return say("already decapsulating on " + name + "; the program is now this version's");
            }
            link.detach(pin);
        }
        return attachAnew(name, ifindex, pin);
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
