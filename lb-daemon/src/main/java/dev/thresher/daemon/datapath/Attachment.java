// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfException;
import dev.thresher.bpf.BpfProgram;
import dev.thresher.bpf.InstancePins;
import dev.thresher.bpf.KernelProgram;
import dev.thresher.bpf.NetworkInterfaces;
import dev.thresher.bpf.PinLock;
import dev.thresher.bpf.XdpLink;
import dev.thresher.bpf.XdpMode;
import dev.thresher.config.Interface;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.OptionalInt;
import jnr.constants.platform.Errno;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts the program on the interface, or in the place of an earlier one. */
final class Attachment implements Handover, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Attachment.class);

    private final Interface iface;
    private final int ifindex;
    private final XdpMode wanted;
    private final InstancePins pins;
    private final PinLock lock;

    private Attachment(Interface iface, int ifindex, InstancePins pins, PinLock lock) {
        this.iface = iface;
        this.ifindex = ifindex;
        this.wanted = XdpMode.valueOf(iface.xdpMode().name());
        this.pins = pins;
        this.lock = lock;
    }

    /** Makes sure that instance and interface are ours alone; nothing is loaded or changed before. */
    static Attachment claim(Interface iface, InstancePins pins) throws DatapathException {
        OptionalInt ifindex = NetworkInterfaces.indexOf(iface.name());
        if (ifindex.isEmpty()) {
            throw new DatapathException("there is no interface " + iface.name() + "; list them with: ip link");
        }
        Attachment claimed = new Attachment(iface, ifindex.getAsInt(), pins, lock(pins));
        try {
            claimed.finishMove();
            claimed.requireFree();
            return claimed;
        } catch (IOException e) {
            claimed.close();
            throw new DatapathException("cannot rename " + pins.nextLink() + " to " + pins.link() + ": " + e, e);
        } catch (BpfException e) {
            claimed.close();
            throw DatapathException.of(e);
        } catch (DatapathException | RuntimeException e) {
            claimed.close();
            throw e;
        }
    }

    private static PinLock lock(InstancePins pins) throws DatapathException {
        try {
            return PinLock.take(pins)
                    .orElseThrow(() -> new DatapathException("another daemon drives instance \"" + pins.instance()
                            + "\"; see it with: thresher status --instance " + pins.instance()
                            + ", or name another instance in the configuration"));
        } catch (BpfException e) {
            throw DatapathException.of(e);
        } catch (AccessDeniedException e) {
            throw new DatapathException(
                    "the daemon needs privileges: no access to " + e.getFile()
                            + "; run as root, or with CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON and CAP_SYS_ADMIN",
                    e);
        } catch (IOException e) {
            throw new DatapathException("cannot make " + pins.directory() + ": " + e, e);
        }
    }

    InstancePins pins() {
        return pins;
    }

    /** Where the interface is held by somebody else, says who. */
    private void requireFree() throws DatapathException {
        if (isTaken()) {
            return;
        }
        Optional<NetworkInterfaces.Attached> other = NetworkInterfaces.attached(ifindex);
        if (other.isEmpty()) {
            return;
        }
        Optional<String> holder = InstancePins.holderOf(other.get().programId());
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

    /**
     * Attaches, or replaces the program of the link that an earlier daemon pinned, without a gap. A link of ours that is
     * elsewhere, because the configuration names another interface now, is let go once the new one is there.
     */
    @Override
    public void attach(BpfProgram program) throws DatapathException {
        Optional<XdpLink> pinned = XdpLink.openPinned(pins.link());
        if (pinned.isEmpty()) {
            try (XdpLink link = attachAnew(program)) {
                link.pin(pins.link());
            }
            return;
        }
        try (XdpLink link = pinned.get()) {
            if (link.isOn(ifindex)) {
                link.update(program);
                LOG.info("Replaced the program on {}", iface.name());
                warnOfOtherMode();
            } else {
                move(program);
            }
        }
    }

    private void move(BpfProgram program) throws DatapathException {
        try (XdpLink link = attachAnew(program)) {
            LOG.info("The program was attached to another interface, and is moved to {}", iface.name());
            link.pin(pins.nextLink());
            finishMove();
        } catch (IOException e) {
            throw new DatapathException("cannot rename " + pins.nextLink() + " to " + pins.link() + ": " + e, e);
        }
    }

    /** One name stands for a link that is at work all the time; where we die in between, the next start goes on here. */
    private void finishMove() throws IOException {
        if (!Files.exists(pins.nextLink())) {
            return;
        }
        Optional<XdpLink> stale = XdpLink.openPinned(pins.link());
        try {
            Files.move(pins.nextLink(), pins.link(), StandardCopyOption.ATOMIC_MOVE);
            stale.ifPresent(XdpLink::detach);
        } finally {
            stale.ifPresent(XdpLink::close);
        }
    }

    @Override
    public void hold() throws IOException {
        Optional<KernelProgram> atWork = KernelProgram.atWork(pins);
        if (atWork.isPresent()) {
            try (KernelProgram program = atWork.get()) {
                Files.deleteIfExists(pins.before());
                program.pin(pins.before());
            }
        }
    }

    @Override
    public void release() {
        try {
            pins.removeOthers();
        } catch (IOException e) {
            LOG.warn("Cannot remove what is pinned beside {}: {}", pins.link(), e.toString());
        }
    }

    private void warnOfOtherMode() {
        XdpMode mode = mode();
        if (wanted != XdpMode.AUTO && wanted != mode) {
            LOG.warn("{} stays in {} mode: to change that, run thresher detach and start again", iface.name(), mode);
        }
    }

    /** Does the program run in generic mode now? */
    boolean isGeneric() {
        return mode() == XdpMode.GENERIC;
    }

    /** Is a program of this instance on the interface already? */
    boolean isTaken() {
        return XdpLink.openPinned(pins.link()).map(this::isHere).orElse(false);
    }

    private XdpMode mode() {
        return NetworkInterfaces.attached(ifindex)
                .map(NetworkInterfaces.Attached::mode)
                .orElse(wanted == XdpMode.GENERIC ? XdpMode.GENERIC : XdpMode.DRIVER);
    }

    private boolean isHere(XdpLink link) {
        try (link) {
            return link.isOn(ifindex);
        }
    }

    private XdpLink attachAnew(BpfProgram program) throws DatapathException {
        if (wanted == XdpMode.GENERIC) {
            return attachGeneric(program);
        }
        try {
            return program.attachXdp(ifindex, XdpMode.DRIVER);
        } catch (BpfException e) {
            if (wanted == XdpMode.DRIVER || !isUnsupported(e)) {
                throw failure(e, "its driver lacks XDP, or its MTU is too large for that: try xdp-mode = generic");
            }
            LOG.warn("{} runs XDP in generic mode, which is several times slower: {}", iface.name(), e.getMessage());
            return attachGeneric(program);
        }
    }

    private XdpLink attachGeneric(BpfProgram program) throws DatapathException {
        try {
            return program.attachXdp(ifindex, XdpMode.GENERIC);
        } catch (BpfException e) {
            throw failure(e, "this kernel cannot run XDP on that interface");
        }
    }

    private DatapathException failure(BpfException e, String hint) {
        return new DatapathException("cannot attach to " + iface.name() + ": " + e.getMessage() + "; " + hint, e);
    }

    private static boolean isUnsupported(BpfException e) {
        return e.is(Errno.EOPNOTSUPP) || e.is(Errno.EINVAL) || e.is(Errno.ERANGE) || e.is(Errno.E2BIG);
    }

    /** Lets another daemon drive the instance. */
    @Override
    public void close() {
        lock.close();
    }
}
