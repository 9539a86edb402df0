// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.config.HealthCheck;
import dev.thresher.config.IpText;
import org.junit.jupiter.api.Test;

class TargetTest {
    @Test
    void text_reads_like_a_url() {
        assertEquals(
                "http://10.0.0.2:80/healthz",
                new Target(IpText.parse("10.0.0.2"), HealthCheck.http(80, "/healthz")).toString());
        assertEquals(
                "tcp://[2001:db8::2]:443", new Target(IpText.parse("2001:db8::2"), HealthCheck.tcp(443)).toString());
        assertEquals("none://10.0.0.2", new Target(IpText.parse("10.0.0.2"), HealthCheck.none()).toString());
    }
}
