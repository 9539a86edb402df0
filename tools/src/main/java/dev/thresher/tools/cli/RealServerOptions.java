// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import dev.thresher.bpf.Decapsulation;
import dev.thresher.config.IpPrefix;
import dev.thresher.tools.lab.LabException;
import dev.thresher.tools.realserver.Examination;
import dev.thresher.tools.realserver.Finding;
import dev.thresher.tools.realserver.LiveHost;
import dev.thresher.tools.realserver.Prefixes;
import dev.thresher.tools.realserver.Wanted;
import dev.thresher.tools.realserver.Wanted.Decapsulator;
import dev.thresher.tools.realserver.Wanted.Encapsulation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code real-server setup} and {@code check} have to be told, both the same. */
final class RealServerOptions {
    private static final int LEAST_MTU = 1280;

    @Option(
            names = "--vip",
            required = true,
            split = ",",
            paramLabel = "ADDRESS",
            description = "The VIPs that this host serves: addresses, or a prefix for a VIP that is one.")
    private List<String> vips = new ArrayList<>();

    @Option(
            names = "--interface",
            required = true,
            paramLabel = "NAME",
            description = "Where the load balancer's packets come in.")
    private String interfaceName = "";

    @Option(
            names = "--encapsulation",
            defaultValue = "ipip",
            paramLabel = "KIND",
            description = "As the load balancer's pool has it: ipip, gue or l2 (default: ${DEFAULT-VALUE}).")
    private Encapsulation encapsulation = Encapsulation.IPIP;

    @Option(
            names = "--gue-port",
            defaultValue = "" + Decapsulation.DEFAULT_GUE_PORT,
            paramLabel = "PORT",
            description = "UDP port of GUE (default: ${DEFAULT-VALUE}).")
    private int guePort = Decapsulation.DEFAULT_GUE_PORT;

    @Option(
            names = "--decapsulator",
            defaultValue = "xdp",
            paramLabel = "WHAT",
            description = "What takes the outer header off: xdp, our program, or kernel, its ipip, sit, ip6tnl and fou"
                    + " modules (default: ${DEFAULT-VALUE}).")
    private Decapsulator decapsulator = Decapsulator.XDP;

    @Option(
            names = "--mtu",
            paramLabel = "BYTES",
            description = "Make room for the outer header by this MTU of the interface, which the way from the load"
                    + " balancer has to take too. Without it the host announces a smaller MSS.")
    private @Nullable Integer mtu;

    Wanted wanted() {
        if (guePort < 1 || guePort > 0xffff) {
            throw CommandFailure.invalid("--gue-port is 1 to 65535, not " + guePort);
        }
        if (mtu != null && (mtu < LEAST_MTU || mtu > 0xffff)) {
            throw CommandFailure.invalid("--mtu is " + LEAST_MTU + " to 65535, not " + mtu);
        }
        return new Wanted(
                vips.stream().map(RealServerOptions::vip).toList(),
                interfaceName,
                encapsulation,
                guePort,
                decapsulator,
                mtu);
    }

    /** What there is to say about this host. */
    static List<Finding> examine(Wanted wanted) {
        try {
            return Examination.of(wanted, new LiveHost());
        } catch (IllegalArgumentException e) {
            throw CommandFailure.invalid(String.valueOf(e.getMessage()));
        } catch (LabException e) {
            throw CommandFailure.failed(String.valueOf(e.getMessage()), e);
        }
    }

    static IpPrefix vip(String text) {
        try {
            return Prefixes.parse(text);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.invalid("--vip: " + e.getMessage());
        }
    }
}
