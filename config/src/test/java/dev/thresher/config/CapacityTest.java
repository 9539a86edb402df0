// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CapacityTest {
    @TempDir
    private Path directory = Path.of("");

    /** Three VIPs, of which one has a fallback that shares a real server with its own pool; five members in all. */
    private Path file(String capacity) throws Exception {
        return Files.writeString(directory.resolve("thresher.conf"), """
            thresher {
              interface = eth0
              capacity { %s }
              pools {
                web.reals = ["10.0.0.2"]
                quic.reals = [{ address = "10.0.0.2", server-id = "0102" }, "10.0.0.3"]
              }
              vips = [
                { address = "203.0.113.1", port = 80, pool = web, fallback = quic }
                { address = "203.0.113.2", port = 80, pool = web }
                {
                  address = "203.0.113.3", port = 443, protocol = udp, pool = quic
                  quic { scheme = quic-lb, configs { "0" { server-id-length = 2 }, "1" { server-id-length = 2 } } }
                  source-routes = [{ prefix = "198.51.100.0/24", real = "10.0.0.3" }]
                }
              ]
            }
            """.formatted(capacity));
    }

    private List<String> complaints(String capacity) throws Exception {
        Path file = file(capacity);
        return assertThrows(InvalidConfigException.class, () -> ConfigLoader.load(file)).errors().stream()
                .map(ConfigError::message)
                .toList();
    }

    @Test
    void load_withoutCapacity_takesTheDefaults() throws Exception {
        assertEquals(CapacitySettings.DEFAULT, ConfigLoader.load(file("")).capacity());
    }

    @Test
    void load_roomForJustWhatThereIs() throws Exception {
        Config config = ConfigLoader.load(file("vips = 3, members = 5, prefixes = 1, server-ids = 2"));
        assertEquals(new CapacitySettings(3, 5, 1, 2), config.capacity());
        assertEquals(new CapacitySettings.Use(3, 5, 1, 2), CapacitySettings.usedBy(config));
    }

    @Test
    void load_lessRoomThanIsNeeded_isRefusedWithTheNumber() throws Exception {
        assertEquals(
                List.of(
                        "`vips` is 2, and this configuration has 3 VIPs: raise it, or remove some",
                        "`members` is 4, and this configuration has 5 members, which are the real servers of each VIP:"
                                + " raise it, or remove some"),
                complaints("vips = 2, members = 4"));
        assertEquals(
                List.of("`server-ids` is 1, and this configuration has 2 server ids: raise it, or remove some"),
                complaints("server-ids = 1"));
    }
}
