// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import jnr.constants.platform.Errno;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the next hops of real servers current. It hears of changes from the kernel, and looks again from time to time
 * all the same, which also keeps the kernel's neighbour entries fresh: the program's own packets do not.
 */
public final class NextHopWatcher implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(NextHopWatcher.class);

    private static final int GROUPS =
            Netlink.RTMGRP_NEIGH | Netlink.RTMGRP_IPV4_ROUTE | Netlink.RTMGRP_IPV6_ROUTE | Netlink.RTMGRP_LINK;
    private static final int REOPEN_MILLIS = 1000;
    private static final int EVENTS_AT_ONCE = 256;

    private final NextHopResolver resolver;
    private final Consumer<Map<InetAddress, Resolution>> listener;
    private final Wakeup wakeup;
    private final Thread thread;
    private final AtomicReference<@Nullable Set<InetAddress>> wanted = new AtomicReference<>();
    private volatile boolean closed;
    // Owned by the thread.
    private final WatchedReals reals;

    private NextHopWatcher(NextHopResolver resolver, Wakeup wakeup, Consumer<Map<InetAddress, Resolution>> listener) {
        this.resolver = resolver;
        this.wakeup = wakeup;
        this.listener = listener;
        this.reals = new WatchedReals(resolver::resolve);
        this.thread = new Thread(this::run, "next-hops");
    }

    /**
     * Starts to watch, with no real servers yet, in the network namespace of the calling thread.
     *
     * @param interfaceName where the program is attached
     * @param isGeneric does the program run in generic mode, where frames can leave by any interface?
     * @param listener told the next hops that changed, those only, and always from the one thread of this watcher. A
     *     next hop that is lost is a change too: at once if it does not answer, and the listener may go on with it; after
     *     a second if there is no way to it any more ({@link Resolution.Unresolved#conclusive}). What the listener
     *     throws is logged, and it is not told again
     * @throws IOException if there is no such interface, or the kernel gives no netlink socket
     */
    public static NextHopWatcher start(
            String interfaceName, BooleanSupplier isGeneric, Consumer<Map<InetAddress, Resolution>> listener)
            throws IOException {
        return start(NextHopResolver.open(interfaceName, isGeneric), listener);
    }

    static NextHopWatcher start(NextHopResolver resolver, Consumer<Map<InetAddress, Resolution>> listener)
            throws IOException {
        try {
            NextHopWatcher watcher = new NextHopWatcher(resolver, Wakeup.open(), listener);
            watcher.thread.setDaemon(true);
            watcher.thread.start();
            return watcher;
        } catch (IOException e) {
            resolver.close();
            throw e;
        }
    }

    /**
     * Watches these real servers from now on, and no others. New ones are resolved at once, and the listener is told
     * whether or not that worked; what it was told of the others stays true. Returns without waiting for that.
     */
    public void update(Collection<InetAddress> reals) {
        wanted.set(Set.copyOf(reals));
        wakeup.signal();
    }

    /** Ends the watch. The listener is not called after that returns, unless the listener itself is the caller. */
    @Override
    public void close() {
        closed = true;
        wakeup.signal();
        if (Thread.currentThread() == thread) {
            return;
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try (resolver;
                wakeup) {
            while (!closed) {
                watch();
            }
        } catch (IOException e) {
            log.error("Next hops are no longer watched and stay as they are: restart the daemon", e);
        }
    }

    /** Returns when closed, or after a pause when the events broke off. */
    private void watch() throws NetlinkException {
        try (NetlinkSocket events = NetlinkSocket.open(GROUPS)) {
            reals.onRoutesChanged(System.nanoTime());
            while (!closed) {
                checkThenWait(events);
            }
        } catch (IOException e) {
            log.error("Changes of routes and neighbours cannot be heard, trying again: {}", e.getMessage());
            wakeup.await(Wakeup.NO_DESCRIPTOR, REOPEN_MILLIS);
        } catch (RuntimeException e) {
            // A fault of ours, such as a message that nobody thought of, must not end the watch for good.
            log.error("Next hops stay as they are for now, looking again", e);
            wakeup.await(Wakeup.NO_DESCRIPTOR, REOPEN_MILLIS);
        }
    }

    private void checkThenWait(NetlinkSocket events) throws NetlinkException {
        Set<InetAddress> update = wanted.getAndSet(null);
        if (update != null) {
            reals.replace(update, System.nanoTime());
        }
        resolver.refresh();
        report(reals.check(System.nanoTime()));
        if (wakeup.await(events.fd(), timeoutMillis(reals.nanosToNextCheck(System.nanoTime())))) {
            receive(events);
        }
    }

    /** Takes what has arrived, within a bound: the next wait returns at once if there is more. */
    private void receive(NetlinkSocket events) throws NetlinkException {
        boolean routesChanged = false;
        try {
            for (int taken = 0; taken < EVENTS_AT_ONCE; taken++) {
                List<NetlinkMessage> messages = events.receive("events of routes and neighbours");
                if (messages.isEmpty()) {
                    break;
                }
                for (NetlinkMessage message : messages) {
                    routesChanged |= !applyNeighbourEvent(message);
                }
            }
        } catch (NetlinkException e) {
            if (e.errno() != Errno.ENOBUFS) {
                throw e;
            }
            log.debug("Events were lost: anything may have changed");
            routesChanged = true;
        }
        if (routesChanged) {
            reals.onRoutesChanged(System.nanoTime());
        }
    }

    /** Returns whether it was one. */
    private boolean applyNeighbourEvent(NetlinkMessage message) {
        if (message.type() != Netlink.RTM_NEWNEIGH && message.type() != Netlink.RTM_DELNEIGH) {
            return false;
        }
        NeighbourMessage.parse(message.payload())
                .map(neighbour -> message.type() == Netlink.RTM_DELNEIGH ? neighbour.forgotten() : neighbour)
                .ifPresent(neighbour -> reals.onNeighbourChanged(neighbour, System.nanoTime()));
        return true;
    }

    private void report(Map<InetAddress, Resolution> changes) {
        if (changes.isEmpty() || closed) {
            return;
        }
        try {
            listener.accept(changes);
        } catch (RuntimeException e) {
            log.error("The new next hops {} were not applied", changes, e);
        }
    }

    /** Rounded up: a wait that ends too early would find nothing due, over and over. */
    private static int timeoutMillis(long nanos) {
        if (nanos == Long.MAX_VALUE) {
            return -1;
        }
        return Math.toIntExact(TimeUnit.NANOSECONDS.toMillis(nanos + TimeUnit.MILLISECONDS.toNanos(1) - 1));
    }
}
