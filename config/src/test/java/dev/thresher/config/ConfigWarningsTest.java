// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigWarningsTest {
    private static final String VIP = "{ address = \"203.0.113.10\", port = 80, pool = web }";

    @TempDir
    Path directory;

    @Test
    void whatIsUsual_isNotSuspicious() throws Exception {
        assertEquals(List.of(), warnings("pools.web.reals = [ 10.0.0.2 ], vips = [ " + VIP + " ]"));
    }

    @Test
    void aPoolThatServesNothing() throws Exception {
        assertEquals(List.of("pool web serves no VIP"), warnings("pools.web.reals = [ 10.0.0.2 ]"));
    }

    @Test
    void aPoolOfZeros() throws Exception {
        assertEquals(
                List.of("pool web takes no new flows: every real has weight 0, is drained or in maintenance"),
                warnings("pools.web.reals = [ { address = 10.0.0.2, weight = 0 } ], vips = [ " + VIP + " ]"));
    }

    @Test
    void aRealThatNoConnectionIdNames() throws Exception {
        assertEquals(
                List.of("VIP 203.0.113.10:443/udp: no QUIC connection ID leads to 10.0.0.3, for want of a server-id in"
                        + " pool web"),
                warnings("pools.web.reals = [ { address = 10.0.0.2, server-id = \"0a\" }, 10.0.0.3 ], vips = [ {"
                        + " address = 203.0.113.10, port = 443, protocol = udp, pool = web, quic.scheme = katran }"
                        + " ]"));
    }

    @Test
    void aVipWithinOneThatIsServedTheSame() throws Exception {
        String wider = "{ address = \"203.0.113.0/24\", port = 80, pool = web }";

        assertEquals(
                List.of("VIP 203.0.113.10:80/tcp: it is a part of VIP 203.0.113.0/24:80/tcp, and served just as that"
                        + " is"),
                warnings("pools.web.reals = [ 10.0.0.2 ], vips = [ " + wider + ", " + VIP + " ]"));
        assertEquals(
                List.of(),
                warnings(
                        "pools.web.reals = [ 10.0.0.2 ], vips = [ " + wider + ", " + VIP + " { flows = stateless } ]"));
    }

    @Test
    void oneOuterSource() throws Exception {
        String rest = "pools.web { reals = [ 10.0.0.2 ], encapsulation = %s }, vips = [ " + VIP + " ]";
        String own = "encapsulation.source-ipv4 = own, ";

        assertEquals(1, warnings(own + rest.formatted("ipip")).size());
        assertEquals(List.of(), warnings(own + rest.formatted("gue")));
    }

    private List<String> warnings(String text) throws IOException, InvalidConfigException {
        Path file = directory.resolve("lb.conf");
        return ConfigWarnings.of(
                ConfigLoader.load(Files.writeString(file, "thresher { interface = eth0, " + text + " }")));
    }
}
