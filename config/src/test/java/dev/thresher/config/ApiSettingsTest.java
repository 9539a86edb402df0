// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiSettingsTest {
    @TempDir
    Path directory;

    private ApiSettings load(String api) throws Exception {
        Path file = Files.writeString(directory.resolve("api.conf"), "thresher { interface = eth0, " + api + " }");
        return ConfigLoader.load(file).api();
    }

    @Test
    void withoutASection_thereIsTheSocketOnly() throws Exception {
        assertEquals(new ApiSettings(Path.of("/run/thresher/a.sock"), null, null, null), load("instance = a"));
    }

    @Test
    void everySetting_isRead() throws Exception {
        assertEquals(
                new ApiSettings(
                        Path.of("/run/a.sock"),
                        "thresher",
                        new TlsListener(
                                ListenAddress.parse("[::]:7443"),
                                Path.of("/etc/a.pem"),
                                Path.of("/etc/a.key"),
                                Path.of("/etc/ca.pem"),
                                new RoleNames(List.of("monitoring"), List.of("jane", "joe"), List.of())),
                        ListenAddress.parse("127.0.0.1:9600")),
                load("""
                    api {
                      socket = /run/a.sock
                      group = thresher
                      tls {
                        listen = "[::]:7443"
                        certificate = /etc/a.pem
                        key = /etc/a.key
                        client-ca = /etc/ca.pem
                        roles { read = monitoring, operate = [jane, joe] }
                      }
                    }
                    metrics.listen = "127.0.0.1:9600"
                    """));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:9600", "[::1]:9600", "[::]:1", "0.0.0.0:65535"})
    void listenAddress_isWrittenAsItIsRead(String text) {
        assertEquals(text, ListenAddress.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"127.0.0.1", "localhost:80", "127.0.0.1:0", "127.0.0.1:65536", "::1", "[::1]", ":80", "", "a b:1"
            })
    void listenAddress_ofAnythingElse_isRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> ListenAddress.parse(text));
    }
}
