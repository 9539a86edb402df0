// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.config.IpText;
import dev.thresher.daemon.nexthop.Resolution;
import dev.thresher.daemon.nexthop.Resolution.Resolved;
import dev.thresher.daemon.nexthop.Resolution.Unresolved;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The next hops that packets are sent to. One that merely does not answer any more is kept: a gateway that misses an ARP
 * request is no reason to stop sending to it, and if it is gone for good the probes will tell. One to which there is no way
 * any more is given up. For one thread.
 */
final class KnownNextHops {
    private static final Logger LOG = LoggerFactory.getLogger(KnownNextHops.class);

    private final Map<InetAddress, Resolution> current = new HashMap<>();
    private final Map<InetAddress, String> doubts = new HashMap<>();

    /** The latest answer, until there is news: it is asked for at each verdict. */
    private @Nullable Answer answer;

    private record Answer(Set<InetAddress> reals, Map<InetAddress, Resolution> nextHops) {}

    /** What an earlier daemon left in the maps: usable until better is known. */
    void adopt(Map<InetAddress, Resolved> found) {
        answer = null;
        current.putAll(found);
    }

    /** The news, of those that changed. */
    void take(Map<InetAddress, Resolution> changes) {
        answer = null;
        changes.forEach((real, resolution) -> {
            doubts.remove(real);
            if (resolution instanceof Unresolved unresolved) {
                LOG.warn("{}", unresolved.reason());
                lose(real, unresolved);
            } else {
                current.put(real, resolution);
            }
        });
    }

    /** By real: the last usable next hop, or why there is none. */
    Map<InetAddress, Resolution> current() {
        return Map.copyOf(current);
    }

    /** The same for some of them; the same object for the same set until there is news. */
    Map<InetAddress, Resolution> current(Set<InetAddress> reals) {
        if (answer == null || answer.reals() != reals) {
            Map<InetAddress, Resolution> some = new HashMap<>(current);
            some.keySet().retainAll(reals);
            answer = new Answer(reals, Map.copyOf(some));
        }
        return answer.nextHops();
    }

    /** What is wrong with next hops of these that are kept all the same, for people; in alphabetical order. */
    Collection<String> doubts(Set<InetAddress> reals) {
        Map<InetAddress, String> some = new HashMap<>(doubts);
        some.keySet().retainAll(reals);
        return new TreeSet<>(some.values());
    }

    /** Only these are of interest from now on. */
    void forgetAllBut(Set<InetAddress> reals) {
        answer = null;
        current.keySet().retainAll(reals);
        doubts.keySet().retainAll(reals);
    }

    private void lose(InetAddress real, Unresolved unresolved) {
        if (!unresolved.conclusive() && current.get(real) instanceof Resolved known) {
            doubts.put(
                    real,
                    unresolved.reason() + ": packets for " + IpText.format(real) + " go on to the last known next hop, "
                            + known.destination());
        } else {
            current.put(real, unresolved);
        }
    }
}
