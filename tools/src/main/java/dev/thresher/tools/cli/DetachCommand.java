// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import dev.thresher.bpf.BpfException;
import dev.thresher.bpf.BpfFs;
import dev.thresher.bpf.InstancePins;
import dev.thresher.bpf.NetworkInterfaces;
import dev.thresher.bpf.NetworkInterfaces.Attached;
import dev.thresher.bpf.PinLock;
import dev.thresher.bpf.XdpLink;
import dev.thresher.config.Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** The verb {@code detach}. */
@Command(
        name = "detach",
        description = {
            "End a data plane that goes on without its daemon.",
            "Takes the program off its interface and frees its maps, flows included. Packets for the VIPs then go to this "
                    + "host, which does not balance them."
        })
final class DetachCommand extends Verb {
    @ArgGroup(exclusive = true)
    private @Nullable Choice choice;

    @Option(names = "--force", description = "Do so even while the daemon runs, which balances nothing from then on.")
    private boolean force;

    private static final class Choice {
        @Option(
                names = "--instance",
                paramLabel = "NAME",
                description = "Instance to detach (default: " + Config.DEFAULT_INSTANCE + ").")
        private @Nullable String instance;

        @Option(names = "--interface", paramLabel = "NAME", description = "The instance that is on this interface.")
        private @Nullable String interfaceName;
    }

    @Override
    public Integer call() {
        try {
            out().println(detach(pins(instance())));
            out().flush();
            return ExitCode.OK;
        } catch (BpfException | IOException | UncheckedIOException e) {
            throw CommandFailure.failed("cannot detach: " + reason(e), e);
        }
    }

    private static InstancePins pins(String instance) {
        try {
            return new InstancePins(instance);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.invalid(String.valueOf(e.getMessage()));
        }
    }

    private String detach(InstancePins pins) throws IOException {
        if (!Files.isExecutable(BpfFs.ROOT)) {
            throw new AccessDeniedException(BpfFs.ROOT.toString());
        }
        if (!pins.exist()) {
            throw CommandFailure.failed(
                    "nothing is there of instance \"" + pins.instance() + "\": no " + pins.directory(), null);
        }
        Optional<PinLock> lock = PinLock.take(pins);
        try {
            if (lock.isEmpty() && !force) {
                throw CommandFailure.failed(
                        "the daemon of instance \"" + pins.instance() + "\" is running.\n"
                                + "Stop it first, or add --force: it goes on then, and balances nothing.",
                        null);
            }
            String where = where(pins);
            pins.detach();
            return "Detached instance \"" + pins.instance() + "\"" + where + ".";
        } finally {
            lock.ifPresent(PinLock::close);
        }
    }

    private String instance() {
        if (choice != null && choice.instance != null) {
            return choice.instance;
        }
        return choice == null || choice.interfaceName == null
                ? Config.DEFAULT_INSTANCE
                : instanceOn(choice.interfaceName);
    }

    private static String instanceOn(String interfaceName) {
        int ifindex = NetworkInterfaces.indexOf(interfaceName)
                .orElseThrow(() ->
                        CommandFailure.invalid("there is no interface " + interfaceName + "; list them with: ip link"));
        Attached attached = NetworkInterfaces.attached(ifindex)
                .orElseThrow(() -> CommandFailure.failed("no program is on " + interfaceName, null));
        return InstancePins.holderOf(attached.programId())
                .orElseThrow(() -> CommandFailure.failed(
                        "the program on " + interfaceName + ", id " + attached.programId() + ", is not Thresher's.\n"
                                + "See it with: bpftool prog show id " + attached.programId(),
                        null));
    }

    /** The program may be in another network namespace, where numbers of interfaces mean others. */
    private static String where(InstancePins pins) {
        Optional<XdpLink> pinned = XdpLink.openPinned(pins.link());
        if (pinned.isEmpty()) {
            return ", whose program was on no interface";
        }
        try (XdpLink link = pinned.get()) {
            int ifindex = link.ifindex();
            if (ifindex == 0) {
                return ", whose interface is gone";
            }
            return NetworkInterfaces.nameOf(ifindex)
                    .filter(name -> link.isOn(ifindex))
                    .map(name -> " from " + name)
                    .orElse(" from an interface of another network namespace");
        }
    }

    private static String reason(Exception e) {
        Throwable cause = e instanceof UncheckedIOException && e.getCause() != null ? e.getCause() : e;
        return cause instanceof AccessDeniedException denied
                ? "no access to " + denied.getFile() + "; run it as root"
                : String.valueOf(e.getMessage());
    }
}
