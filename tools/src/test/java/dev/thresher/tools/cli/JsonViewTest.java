// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonObject;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.thresher.api.v1.Counter;
import dev.thresher.api.v1.Daemon;
import dev.thresher.api.v1.Health;
import dev.thresher.api.v1.HealthState;
import dev.thresher.api.v1.Member;
import dev.thresher.api.v1.Traffic;
import org.junit.jupiter.api.Test;

final class JsonViewTest {
    @Test
    void counters_areNumbersBeyondTheSignBit() {
        JsonObject json = JsonView.object(Traffic.newBuilder().setPackets(-1).build());

        assertEquals("{\"packets\":18446744073709551615,\"bytes\":0,\"new_flows\":0}", json.toString());
    }

    @Test
    void absentMessage_isNull() {
        JsonObject json = JsonView.object(Daemon.getDefaultInstance());

        assertEquals("null", json.get("next_hop").toString());
        assertEquals("null", json.get("started_at").toString());
        assertEquals("[]", json.get("warnings").toString());
        assertEquals("\"unspecified\"", json.get("xdp_mode").toString());
    }

    @Test
    void duration_isANumberOfSeconds() {
        JsonObject json = JsonView.object(Member.newBuilder()
                .setLastProbeAge(Duration.newBuilder().setSeconds(3).setNanos(500_000_000))
                .build());

        assertEquals("3.5", json.get("last_probe_age_seconds").toString());
    }

    @Test
    void wholeSeconds_haveNoExponent() {
        JsonObject json = JsonView.object(Member.newBuilder()
                .setLastProbeAge(Duration.newBuilder().setSeconds(10))
                .build());

        assertEquals("10", json.get("last_probe_age_seconds").toString());
    }

    @Test
    void timestamp_isRfc3339() {
        JsonObject json = JsonView.object(Health.newBuilder()
                .setState(HealthState.HEALTH_STATE_UNCHECKED)
                .setSince(Timestamp.newBuilder().setSeconds(0))
                .build());

        assertEquals("{\"state\":\"unchecked\",\"since\":\"1970-01-01T00:00:00Z\",\"reason\":\"\"}", json.toString());
    }

    @Test
    void enumValueOfANewerDaemon_isItsNumber() {
        JsonObject json = JsonView.object(Counter.newBuilder().setKindValue(99).build());

        assertEquals("\"99\"", json.get("kind").toString());
    }
}
