// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.config.Config;
import dev.thresher.config.Document;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FixedSettingsTest {
    @TempDir
    Path dir;

    private Config config(String more) throws Exception {
        Path file = Files.writeString(dir.resolve("a.conf"), "thresher { interface = eth0, " + more + " }");
        return Document.load(file).config();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "instance | other",
                "interface | eth1",
                "xdp-mode | generic",
                "gateway-mac | \"02:00:00:00:00:01\"",
                "maglev-seed | 7",
                "encapsulation.source-ipv4 | 10.9.0.0/16",
                "encapsulation.source-ipv6 | \"fd00::/64\"",
                "flows.tcp-idle-timeout | 5m",
                "flows.udp-idle-timeout | 70s",
                "flows.reclaim-age | 20s",
                "api.socket | /run/other.sock"
            })
    void settingOutsideOfPoolsAndVips_isFixed(String key, String value) throws Exception {
        List<String> changed =
                FixedSettings.differences(config("instance = a"), config("instance = a, " + key + " = " + value));
        String path = "thresher." + key;
        assertEquals(key.equals("instance") ? List.of(path, "thresher.api.socket") : List.of(path), changed);
    }

    @Test
    void sizes_areNot() throws Exception {
        Config next = config("flows.max = 2Mi, capacity { vips = 7, members = 70 }, on-exit = detach");
        assertEquals(List.of(), FixedSettings.differences(config(""), next));
    }

    @Test
    void poolsAndVips_areNot() throws Exception {
        Config next = config(
                "pools.web.reals = [\"10.0.0.2\"], vips = [ { address = \"203.0.113.1\", port = 80, pool = web } ]");
        assertEquals(List.of(), FixedSettings.differences(config(""), next));
    }
}
