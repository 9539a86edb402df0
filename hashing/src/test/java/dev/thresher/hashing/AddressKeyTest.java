// SPDX-License-Identifier: Apache-2.0
package dev.thresher.hashing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.net.InetAddresses;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressKeyTest {
    private static AddressKey key(String address) {
        return AddressKey.of(InetAddresses.forString(address));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "10.0.0.2", "255.255.255.255", "2001:db8::1", "::1", "fe80::ff:fe00:1"})
    void address_survives_the_way_through_key_and_bytes(String address) {
        assertEquals(address, AddressKey.ofBytes(key(address).toBytes()).toString());
    }

    @Test
    void v4_address_is_mapped() {
        byte[] expected = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 10, 0, 0, (byte) 200};
        assertArrayEquals(expected, key("10.0.0.200").toBytes());
    }

    @Test
    void keys_order_as_unsigned_bytes() {
        assertTrue(key("10.0.0.2").compareTo(key("200.0.0.1")) < 0);
        assertTrue(key("2001:db8::1").compareTo(key("fd00::")) < 0);
        assertTrue(key("fd00::8000:0:0:0").compareTo(key("fd00::1")) > 0);
        assertEquals(0, key("10.0.0.2").compareTo(key("::ffff:10.0.0.2")));
    }

    @Test
    void wrong_number_of_bytes_is_refused() {
        String message = assertThrows(IllegalArgumentException.class, () -> AddressKey.ofBytes(new byte[4]))
                .getMessage();
        assertEquals("an address key has 16 bytes (IPv4 is v4-mapped), not 4", message);
    }
}
