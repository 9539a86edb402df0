// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.config.IpText;
import dev.thresher.daemon.nexthop.Resolution.Unresolved;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class NextHopWatcherTest {
    private static final InetAddress REAL = IpText.parse("10.0.3.11");

    @Test
    void afterAFaultOfOurs_theWatchGoesOn() throws Exception {
        FakeRoutingTable table = new FakeRoutingTable();
        table.faults = 2;
        HeardNextHops heard = new HeardNextHops();
        NextHopResolver resolver = new NextHopResolver(table, "eth0", 2, () -> false);
        try (NextHopWatcher watcher = NextHopWatcher.start(resolver, heard)) {
            watcher.update(List.of(REAL));
            Resolution resolution = heard.await(REAL, any -> true);
            assertEquals(Unresolved.class, resolution.getClass(), "it has no interface");
        }
        assertEquals(0, table.faults);
    }
}
