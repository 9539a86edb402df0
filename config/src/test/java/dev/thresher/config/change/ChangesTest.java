// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.Document;
import dev.thresher.config.InvalidConfigException;
import dev.thresher.config.IpText;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChangesTest {
    private static final String FILES = """
            thresher {
              interface = eth0
              pools {
                web.reals = [ "10.0.0.2", { address = "10.0.0.3", weight = 2 } ]
                dns { slow-start = 2s, reals = [ "10.0.0.2" ] }
              }
              vips = [
                { address = "203.0.113.10", port = 80, pool = web }
                { address = "203.0.113.53", port = 53, protocol = both, pool = dns }
              ]
            }
            """;

    private static Document files(String text) {
        try {
            return Document.parse(text, "thresher.conf");
        } catch (InvalidConfigException e) {
            throw new AssertionError(e);
        }
    }

    private static Document files(String part, String instead) {
        assertTrue(FILES.contains(part));
        return files(FILES.replace(part, instead));
    }

    private static Changes change(String part, String instead) {
        return Changes.between(files(FILES), files(part, instead));
    }

    private static List<String> texts(Changes changes) {
        return changes.list().stream()
                .map(change -> change.element().name() + ": " + change.before() + " -> " + change.after())
                .toList();
    }

    @Test
    void between_namesEachElement() {
        assertEquals(
                List.of("real 10.0.0.3 in pool web: { weight = 2 } -> { weight = 5 }"),
                texts(change("weight = 2", "weight = 5")));
        assertEquals(
                List.of("setting flows.max: null -> 4Mi"),
                texts(change("interface = eth0", "interface = eth0, flows.max = 4Mi")));
        assertEquals(List.of("pool dns: { slow-start = 2s } -> {}"), texts(change("slow-start = 2s,", "")));
        assertEquals(
                List.of(
                        "vip 203.0.113.53:53/tcp: { pool = dns } -> { hash = source, pool = dns }",
                        "vip 203.0.113.53:53/udp: { pool = dns } -> null"),
                texts(change("protocol = both, pool = dns", "pool = dns, hash = source")));
    }

    @Test
    void between_otherOrderOrSpelling_isNoChange() {
        Document other = files("""
                thresher {
                  xdp-mode = auto
                  vips = [
                    { pool = dns, port = "53", protocol = udp, address = "203.0.113.53", flows = tracked }
                    { pool = web, port = 80, address = "203.0.113.10", fallback = null }
                    { pool = dns, port = "53", address = "203.0.113.53" }
                  ]
                  pools {
                    dns { reals = [ "10.0.0.2" ], slow-start = 2000ms }
                    web.reals = [ { weight = "2", address = "10.0.0.3" }, { address = "10.0.0.2", weight = 1 } ]
                  }
                  interface = eth0
                }
                """);
        assertEquals(List.of(), texts(Changes.between(files(FILES), other)));
    }

    @Test
    void onto_filesThatSayTheSameByNow_makesTheChangeRedundant() throws Exception {
        Changes changes = change("weight = 2", "weight = 5");
        Document written = files("weight = 2", "weight = \"5\"");
        Merged merged = changes.onto(written);
        assertEquals(List.of(), merged.changes());
        assertTrue(merged.standing().isEmpty());
        assertSame(written, merged.document());
    }

    @Test
    void onto_filesThatSayAThirdThing_tellsWhoSaysWhat_andCounts() throws Exception {
        StandingChange standing = only(change("weight = 2", "weight = 5").onto(files("weight = 2", "weight = 9")));
        assertEquals(
                "thresher.conf:4 says { weight = 9 }, and said { weight = 2 } when this change was made; the change counts",
                standing.disagreement());
        assertTrue(standing.inForce());
    }

    @Test
    void onto_filesThatChangedElsewhere_isNoDisagreement() throws Exception {
        Merged merged = change("weight = 2", "weight = 5").onto(files("slow-start = 2s", "slow-start = 3s"));
        assertNull(only(merged).disagreement());
        assertEquals(5, merged.document().config().pools().get(1).reals().get(1).weight());
    }

    @Test
    void onto_changeOfWhatIsGone_isNotInForce_untilItIsBack() throws Exception {
        Changes changes = change("weight = 2", "weight = 5");
        Document without = files(", { address = \"10.0.0.3\", weight = 2 }", "");
        StandingChange standing = only(changes.onto(without));
        assertFalse(standing.inForce());
        assertEquals(
                "the files have no real 10.0.0.3 in pool web any more, so this change is not in force",
                standing.disagreement());
        assertTrue(only(changes.onto(without).standing().onto(files(FILES))).inForce());
    }

    @Test
    void onto_changeThatNeedsAMissingPool_isNotInForce() throws Exception {
        Changes changes = change("reals = [ \"10.0.0.2\" ] }", "reals = [ \"10.0.0.2\", \"10.0.0.9\" ] }");
        Document without = files("""
                thresher {
                  interface = eth0
                  pools { web.reals = [ "10.0.0.2" ] }
                }
                """);
        StandingChange standing = only(changes.onto(without));
        assertFalse(standing.inForce());
        assertEquals("there is no pool dns, so this change is not in force", standing.disagreement());
    }

    @Test
    void onto_valueThatFitsNoMore_isRefusedByTheNameOfWhereItWasWritten() {
        Document wider = files("10.0.0.2\", {", "10.0.0.7\", {");
        Changes route = Changes.between(
                files(FILES),
                files(
                        "port = 80, pool = web",
                        "port = 80, pool = web\nsource-routes = [ { prefix = \"192.0.2.0/24\", real = \"10.0.0.2\" } ]"));
        InvalidConfigException e = assertThrows(InvalidConfigException.class, () -> route.onto(wider));
        assertEquals(9, e.errors().get(0).line());
        assertTrue(e.getMessage().contains("real 10.0.0.2 is not in the VIP's pool, web"), e.getMessage());
    }

    @Test
    void then_leavesWhatIsNotTouched_andAgreesWithTheFilesOnWhatIs() throws Exception {
        Document files = files("weight = 2", "weight = 9");
        Merged merged = Changes.between(
                        files(FILES),
                        files(FILES.replace("weight = 2", "weight = 5").replace("2s", "3s")))
                .onto(files);
        Document target =
                Edits.apply(merged.document(), List.of(new Edit.SetWeight(IpText.parse("10.0.0.3"), null, 6)));

        Changes next = merged.then(target);

        assertEquals(
                List.of(
                        "pool dns: { slow-start = 2s } -> { slow-start = 3s }",
                        "real 10.0.0.3 in pool web: { weight = 9 } -> { weight = 6 }"),
                texts(next));
    }

    @Test
    void without_forgetsByName() {
        Changes changes = change("weight = 2", "weight = 5");
        assertTrue(changes.without(List.of("real 10.0.0.3 in pool web")).isEmpty());
        assertEquals(changes, changes.without(List.of("pool web", "nonsense")));
    }

    private static StandingChange only(Merged merged) {
        assertEquals(1, merged.changes().size(), () -> merged.changes().toString());
        return merged.changes().get(0);
    }
}
