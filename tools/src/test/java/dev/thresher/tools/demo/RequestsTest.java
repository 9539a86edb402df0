// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class RequestsTest {
    @Test
    void parse_pairsEachBodyWithThePortAfterIt() {
        assertEquals(
                Map.of(10_000, "real1", 10_001, "real3"),
                Requests.parse("real1\nport=10000 200\nreal3\nport=10001 200\n"));
    }

    @Test
    void parse_aRequestWithoutAnswer_isLeftOut() {
        assertEquals(Map.of(10_001, "real2"), Requests.parse("port=10000 000\nreal2\nport=10001 200\n"));
    }

    @Test
    void parse_anErrorPageIsNoAnswer() {
        assertEquals(Map.of(), Requests.parse("<html>\nport=10000 502\n"));
    }

    @Test
    void parse_aBodyDoesNotCarryOverToTheNextPort() {
        assertEquals(Map.of(1, "real1"), Requests.parse("real1\nport=1 200\nport=2 200\n"));
    }
}
