// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.net.InetAddresses;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteRecordsTest {
    @Test
    void quicConfig_comesBackAsItWas() {
        for (QuicConfig config :
                new QuicConfig[] {QuicConfig.NONE, QuicConfig.KATRAN, QuicConfig.quicLb(Map.of(0, 1, 3, 15))}) {
            assertEquals(config, QuicConfig.decode(config.encode()));
        }
        assertEquals(QuicConfig.NONE, QuicConfig.decode(new byte[QuicConfig.LENGTH]), "an array begins with zeroes");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 16})
    void quicConfig_ofAnImpossibleLength_isRefused(int length) {
        assertThrows(IllegalArgumentException.class, () -> QuicConfig.quicLb(Map.of(0, length)));
        assertThrows(
                IllegalArgumentException.class,
                () -> new QuicConfig(QuicConfig.Scheme.QUIC_LB, Collections.nCopies(3, 1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"00", "0a0b0c0d", "000102030405060708090a0b0c0d0e"})
    void quicServerKey_comesBackAsItWas(String id) {
        QuicServerKey key = new QuicServerKey(70_000, 6, id);
        assertEquals(key, QuicServerKey.decode(key.encode()));
        assertEquals(key, new QuicServerKey(70_000, 6, id.toUpperCase(Locale.ROOT)));
    }

    @ParameterizedTest
    @CsvSource({"198.51.100.0, 24", "0.0.0.0, 0", "10.0.0.1, 32", "2001:db8::, 32", "::, 0", "fd00::1, 128"})
    void sourceRouteKey_comesBackAsItWas(String network, int bits) {
        SourceRouteKey key = new SourceRouteKey(3, InetAddresses.forString(network), bits);
        assertEquals(key, SourceRouteKey.decode(key.encode()));
    }
}
