// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfException;
import dev.thresher.bpf.BpfProgram;
import dev.thresher.bpf.InstancePins;
import dev.thresher.bpf.NetworkInterfaces;
import dev.thresher.bpf.XdpLink;
import dev.thresher.config.Interface;
import dev.thresher.config.XdpMode;
import java.util.Optional;
import jnr.constants.platform.Errno;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts the program on the interface, or in the place of an earlier one. */
final class Attachment {
    private static final Logger LOG = LoggerFactory.getLogger(Attachment.class);

    private final Interface iface;
    private final int ifindex;
    private final InstancePins pins;

    Attachment(Interface iface, int ifindex, InstancePins pins) {
        this.iface = iface;
        this.ifindex = ifindex;
        this.pins = pins;
    }

    /** Where the interface is held by somebody else, says who; before anything is loaded or changed. */
    void requireFree() throws DatapathException {
        if (linkHere().isPresent()) {
            return;
        }
        Optional<NetworkInterfaces.Attached> other = NetworkInterfaces.attached(ifindex);
        if (other.isEmpty()) {
            return;
        }
        Optional<String> holder = InstancePins.holderOf(ifindex);
        if (holder.isPresent()) {
            throw new DatapathException("interface " + iface.name() + " is balanced by instance \"" + holder.get()
                    + "\", whose pins are in " + new InstancePins(holder.get()).directory()
                    + "; to take it over, run: thresher detach --instance " + holder.get());
        }
        throw new DatapathException("interface " + iface.name() + " has another XDP program, id "
                + other.get().programId() + "; see it with: bpftool prog show id "
                + other.get().programId()
                + ", take it off with: ip link set dev " + iface.name() + " xdp off");
    }

    /** Attaches, or replaces the program of the link that an earlier daemon pinned, without a gap. */
    void attach(BpfProgram program) throws DatapathException {
        Optional<XdpLink> pinned = linkHere();
        if (pinned.isPresent()) {
            try (XdpLink link = pinned.get()) {
                link.update(program);
            }
            LOG.info("Replaced the program on {}", iface.name());
            return;
        }
        try (XdpLink link = attachAnew(program)) {
            link.pin(pins.link());
        }
    }

    /** How the program runs now. */
    XdpMode mode() {
        return NetworkInterfaces.attached(ifindex)
                .filter(attached -> attached.mode() == dev.thresher.bpf.XdpMode.GENERIC)
                .map(attached -> XdpMode.GENERIC)
                .orElse(XdpMode.DRIVER);
    }

    /** Our own pinned link if it is on this interface; one that is elsewhere, or whose interface is gone, is let go. */
    private Optional<XdpLink> linkHere() {
        Optional<XdpLink> pinned = XdpLink.openPinned(pins.link());
        if (pinned.isEmpty() || pinned.get().ifindex() == ifindex) {
            return pinned;
        }
        try (XdpLink stale = pinned.get()) {
            LOG.warn("The program was attached to another interface: detaching it there");
            stale.detach(pins.link());
        }
        return Optional.empty();
    }

    private XdpLink attachAnew(BpfProgram program) throws DatapathException {
        if (iface.xdpMode() == XdpMode.GENERIC) {
            return attachIn(program, dev.thresher.bpf.XdpMode.GENERIC);
        }
        try {
            return attachIn(program, dev.thresher.bpf.XdpMode.DRIVER);
        } catch (DatapathException e) {
            if (iface.xdpMode() == XdpMode.DRIVER || !isUnsupported(e)) {
                throw e;
            }
            LOG.warn("{} runs XDP in generic mode, which is several times slower: {}", iface.name(), e.getMessage());
            return attachIn(program, dev.thresher.bpf.XdpMode.GENERIC);
        }
    }

    private XdpLink attachIn(BpfProgram program, dev.thresher.bpf.XdpMode mode) throws DatapathException {
        try {
            return program.attachXdp(ifindex, mode);
        } catch (BpfException e) {
            String hint = mode == dev.thresher.bpf.XdpMode.DRIVER
                    ? "; its driver lacks XDP, or its MTU is too large for it: try xdp-mode = generic"
                    : "; this kernel cannot run XDP on that interface";
            throw new DatapathException("cannot attach to " + iface.name() + ": " + e.getMessage() + hint, e);
        }
    }

    private static boolean isUnsupported(DatapathException e) {
        return e.getCause() instanceof BpfException cause
                && (cause.is(Errno.EOPNOTSUPP)
                        || cause.is(Errno.EINVAL)
                        || cause.is(Errno.ERANGE)
                        || cause.is(Errno.E2BIG));
    }
}
