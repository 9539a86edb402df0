// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.net.InetAddresses;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VipTableTest {
    private static Map<VipMatch, VipRecord> vips(int addresses, int portsEach) {
        Map<VipMatch, VipRecord> vips = new LinkedHashMap<>();
        for (int address = 0; address < addresses; address++) {
            for (int port = 1; port <= portsEach; port++) {
                VipMatch match = new VipMatch(InetAddresses.fromInteger(0xc6336400 + address), port, 6);
                vips.put(match, new VipRecord(vips.size(), true));
            }
        }
        return vips;
    }

    @Test
    void table_holds_what_was_put_in() {
        Map<VipMatch, VipRecord> vips = vips(20, 3);
        vips.put(
                new VipMatch(InetAddresses.forString("2001:db8::1"), 0, 17),
                new VipRecord(99, false, HashKind.SOURCE, true, true));
        assertEquals(vips, VipTable.decode(VipTable.encode(vips)));
    }

    @Test
    void full_table_finds_its_multiplier() {
        Map<VipMatch, VipRecord> vips = vips(VipTable.CAPACITY / 2, 1);
        assertEquals(vips, VipTable.decode(VipTable.encode(vips)));
        Map<VipMatch, VipRecord> oneAddress = vips(1, VipTable.CAPACITY - 1);
        assertEquals(oneAddress, VipTable.decode(VipTable.encode(oneAddress)));
    }

    @Test
    void more_than_fits_is_an_error_that_says_how_much() {
        Map<VipMatch, VipRecord> vips = vips(1, VipTable.CAPACITY);
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> VipTable.encode(vips))
                .getMessage());
        assertTrue(message.contains("8192 VIPs and addresses together, not for 8193"), message);
    }

    @Test
    void order_changes_no_vip() {
        Map<VipMatch, VipRecord> vips = vips(30, 2);
        List<VipMatch> keys = new ArrayList<>(vips.keySet());
        Collections.reverse(keys);
        Map<VipMatch, VipRecord> reversed = new LinkedHashMap<>();
        keys.forEach(key -> reversed.put(key, vips.getOrDefault(key, new VipRecord(0, true))));
        assertEquals(VipTable.decode(VipTable.encode(vips)), VipTable.decode(VipTable.encode(reversed)));
        assertArrayEquals(VipTable.encode(vips), VipTable.encode(new LinkedHashMap<>(vips)));
    }

    @Test
    void prefix_is_beside_the_table() {
        VipMatch net = new VipMatch(InetAddresses.forString("198.51.100.0"), 24, 80, 6);
        Map<VipMatch, VipRecord> vips = new HashMap<>(Map.of(net, new VipRecord(1, true)));
        assertEquals(Map.of(), VipTable.decode(VipTable.encode(vips)));
        VipMatch asSuch = new VipMatch(net.address(), 24, 0, 0);
        assertEquals(List.of(net, asSuch), List.copyOf(VipTable.prefixes(vips).keySet()));
    }
}
