// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.thresher.config.Document;
import dev.thresher.config.InvalidConfigException;
import dev.thresher.config.IpText;
import dev.thresher.config.VipKey;
import dev.thresher.config.change.RefusedEditException.Reason;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class EditsTest {
    private static final VipKey HTTP = VipKey.parse("203.0.113.10:80/tcp");
    private static final VipKey HTTPS = VipKey.parse("203.0.113.10:443/tcp");
    private static final InetAddress FIRST = IpText.parse("10.0.0.2");
    private static final InetAddress SECOND = IpText.parse("10.0.0.3");
    private static final InetAddress NOWHERE = IpText.parse("10.9.9.9");

    private final Document start = RandomDocuments.parse("""
            thresher {
              interface = eth0
              pools {
                web.reals = [ "10.0.0.2", { address = "10.0.0.3", weight = 2 } ]
                one.reals = [ "10.0.0.2" ]
              }
              vips = [ { address = "203.0.113.10", port = 80, pool = web } ]
            }
            """);

    private List<String> changes(Edit... edits) throws Exception {
        return Changes.between(start, Edits.apply(start, List.of(edits))).list().stream()
                .map(change -> change.element().name() + ": " + change.before() + " -> " + change.after())
                .toList();
    }

    private void assertRefused(Reason reason, String message, Edit edit) {
        RefusedEditException e = assertThrows(RefusedEditException.class, () -> Edits.apply(start, List.of(edit)));
        assertEquals(message, e.getMessage());
        assertEquals(reason, e.reason());
    }

    private String invalid(Edit edit) {
        return assertThrows(InvalidConfigException.class, () -> Edits.apply(start, List.of(edit)))
                .getMessage();
    }

    @Test
    void addVip() throws Exception {
        assertEquals(
                List.of("vip 203.0.113.10:443/tcp: null -> { hash = source, pool = web }"),
                changes(new Edit.AddVip(HTTPS, "web", "hash = source")));
        assertRefused(Reason.PRESENT, "vip 203.0.113.10:80/tcp is there already", new Edit.AddVip(HTTP, "web", ""));
        assertRefused(Reason.MISSING, "there is no pool wbe; there are one, web", new Edit.AddVip(HTTPS, "wbe", ""));
        assertEquals(
                "settings of vip 203.0.113.10:443/tcp:1: thresher.vips[1].hash: \"souce\" is not one of 5-tuple, source, "
                        + "source-port, destination-port; did you mean `source`?",
                invalid(new Edit.AddVip(HTTPS, "web", "hash = souce")));
        assertEquals(
                "settings of vip 203.0.113.10:443/tcp: port: `port` does not belong here: the edit says it",
                invalid(new Edit.AddVip(HTTPS, "web", "port = 1")));
        assertEquals(
                "settings of vip 203.0.113.10:443/tcp: cannot include \"/etc/passwd\" here: write what that file says into "
                        + "the text",
                invalid(new Edit.AddVip(HTTPS, "web", "include \"/etc/passwd\"")));
    }

    @Test
    void removeVip() throws Exception {
        assertEquals(List.of("vip 203.0.113.10:80/tcp: { pool = web } -> null"), changes(new Edit.RemoveVip(HTTP)));
        assertRefused(Reason.MISSING, "there is no vip 203.0.113.10:443/tcp", new Edit.RemoveVip(HTTPS));
    }

    @Test
    void addReal() throws Exception {
        assertEquals(List.of("real 10.0.0.3 in pool one: null -> {}"), changes(new Edit.AddReal("one", SECOND, 1)));
        assertEquals(
                List.of("real 10.0.0.3 in pool one: null -> { weight = 0 }"),
                changes(new Edit.AddReal("one", SECOND, 0)));
        assertRefused(Reason.PRESENT, "real 10.0.0.3 in pool web is there already", new Edit.AddReal("web", SECOND, 1));
        assertRefused(Reason.MISSING, "there is no pool two; there are one, web", new Edit.AddReal("two", SECOND, 1));
    }

    @Test
    void removeReal() throws Exception {
        assertEquals(List.of("real 10.0.0.2 in pool web: {} -> null"), changes(new Edit.RemoveReal("web", FIRST)));
        assertEquals(
                List.of("real 10.0.0.3 in pool web: { weight = 2 } -> null"),
                changes(new Edit.RemoveReal(null, SECOND)));
        assertRefused(
                Reason.NEEDED,
                "real 10.0.0.2 in pool one is the pool's last one, and a pool needs at least one: add another first, or "
                        + "drain it",
                new Edit.RemoveReal(null, FIRST));
        assertRefused(Reason.MISSING, "there is no real 10.9.9.9 in any pool", new Edit.RemoveReal(null, NOWHERE));
        assertRefused(Reason.MISSING, "there is no real 10.0.0.3 in pool one", new Edit.RemoveReal("one", SECOND));
    }

    @Test
    void setWeight() throws Exception {
        assertEquals(
                List.of(
                        "real 10.0.0.2 in pool one: {} -> { weight = 7 }",
                        "real 10.0.0.2 in pool web: {} -> { weight = 7 }"),
                changes(new Edit.SetWeight(FIRST, null, 7)));
        assertEquals(
                List.of("real 10.0.0.3 in pool web: { weight = 2 } -> {}"),
                changes(new Edit.SetWeight(SECOND, null, 1)));
        assertEquals(List.of(), changes(new Edit.SetWeight(FIRST, null, 7), new Edit.SetWeight(FIRST, null, 1)));
        assertRefused(Reason.MISSING, "there is no real 10.9.9.9 in any pool", new Edit.SetWeight(NOWHERE, null, 1));
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> new Edit.SetWeight(SECOND, null, 70_000));
        assertEquals("a weight is 0 to 65535, not 70000", e.getMessage());
    }
}
