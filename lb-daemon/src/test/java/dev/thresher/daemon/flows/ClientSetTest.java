// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.flows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ClientSetTest {
    @Test
    void anAddressWithAPort_isOneClient() {
        ClientSet clients = ClientSet.parse("[2001:DB8::7]:40000");

        assertEquals(BigInteger.ONE, clients.size());
        assertEquals(Client.parse("[2001:db8::7]:40000"), clients.client(0));
        assertEquals("[2001:db8::7]:40000", clients.toString());
    }

    @Test
    void anAddress_standsForAllOfItsPorts() {
        ClientSet clients = ClientSet.parse("198.51.100.7");

        assertEquals(BigInteger.valueOf(65_536), clients.size());
        assertEquals("198.51.100.7:0", clients.client(0).toString());
        assertEquals("198.51.100.7:65535", clients.client(65_535).toString());
    }

    @Test
    void aPrefix_standsForAllOfItsAddresses() {
        ClientSet clients = ClientSet.parse("198.51.100.252/30");

        assertEquals(BigInteger.valueOf(4 * 65_536), clients.size());
        assertEquals("198.51.100.255:65535", clients.client(4 * 65_536 - 1).toString());
        assertEquals("198.51.100.253:1", clients.client(65_537).toString());
    }

    @Test
    void theWholeInternet_isCountedToo() {
        assertEquals(BigInteger.ONE.shiftLeft(144), ClientSet.parse("::/0").size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "web",
                "web:80",
                "198.51.100.7:",
                "198.51.100.7:65536",
                "198.51.100.7:-1",
                "[198.51.100.7]:80",
                "2001:db8::7]:80",
                ":80",
                "198.51.100.0/33",
                "198.51.100.1/24",
                "198.51.100.0/24:80"
            })
    void anythingElse_isRefused(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> ClientSet.parse(text));

        assertNotNull(e.getMessage());
    }

    @Test
    void anAddressWithoutItsBrackets_isToldHowToWriteIt() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Client.parse("2001:db8::7"));

        assertEquals(
                "\"2001:db8::7\" is not an address with a port such as \"198.51.100.7:40000\""
                        + " or \"[2001:db8::7]:40000\"",
                e.getMessage());
    }
}
