// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.Document;
import dev.thresher.config.IpText;
import dev.thresher.config.Order;
import dev.thresher.config.VipKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommitTest {
    private static final String MAIN = """
        # The balancer of the shop.
        definitions {
          check { type = tcp, port = 80 }   # used twice
        }
        thresher {
          interface = eth0   # the uplink
          pools {
            web {
              health-check = ${definitions.check} { interval = 5s }
              reals = [
                # rack 1
                "10.0.0.2",
                { address = "10.0.0.3", weight = 2 }   # the big one
                # rack 2
                "10.0.0.4"
              ]
            }
            include "pools/dns.conf"
          }
          vips = [
            { address = "203.0.113.10", port = 80, pool = web }   // shop
            # names
            { address = "203.0.113.53", port = 53, protocol = both, pool = dns }
          ]
        }
        """;
    private static final String DNS = """
        # Included by the main file.
        dns.reals = [ "10.0.1.2", "10.0.1.3" ]
        """;
    private static final String MAIL = """
        thresher {
          pools.mail { reals = [ "10.0.2.2" ] }
          vips += { address = "203.0.113.25", port = 25, pool = mail }  # mail
        }
        """;
    private static final VipKey SHOP = VipKey.parse("203.0.113.10:80/tcp");
    private static final VipKey NAMES = VipKey.parse("203.0.113.53:53/udp");
    private static final VipKey POST = VipKey.parse("203.0.113.25:25/tcp");

    @TempDir
    Path folder;

    private Path main;
    private Path dns;
    private Path mail;

    @BeforeEach
    void write() throws IOException {
        main = Files.writeString(folder.resolve("thresher.conf"), MAIN);
        dns = Files.writeString(Files.createDirectory(folder.resolve("pools")).resolve("dns.conf"), DNS);
        mail = Files.writeString(Files.createDirectory(folder.resolve("conf.d")).resolve("50-mail.conf"), MAIL);
    }

    private Map<Path, String> commit(Edit... edits) throws Exception {
        Document files = Document.load(main);
        Changes changes = Changes.between(files, Edits.apply(files, List.of(edits)));
        Map<Path, String> texts = Commit.texts(changes, files);
        for (Map.Entry<Path, String> text : texts.entrySet()) {
            Files.writeString(text.getKey(), text.getValue());
        }
        assertEquals(List.of(), changes.onto(Document.load(main)).changes(), "nothing is left to be written");
        return texts;
    }

    private static Edit weight(String real, int weight) {
        return new Edit.SetWeight(IpText.parse(real), null, weight);
    }

    private void assertOnly(Path file, String before, String part, String instead, Edit... edits) throws Exception {
        assertTrue(before.contains(part), part);
        assertEquals(Map.of(file, before.replace(part, instead)), commit(edits));
    }

    @Test
    void nothing_changesNoFile() throws Exception {
        assertEquals(Map.of(), commit());
    }

    @Test
    void valueOfAnElement_isChangedInItsPlace() throws Exception {
        assertOnly(main, MAIN, "weight = 2 }", "weight = 7 }", weight("10.0.0.3", 7));
    }

    @Test
    void elementThatWasJustAnAddress_becomesASection() throws Exception {
        assertOnly(main, MAIN, "\"10.0.0.4\"", "{ address = \"10.0.0.4\", weight = 7 }", weight("10.0.0.4", 7));
    }

    @Test
    void keyThatGoes_takesItsCommaAlong() throws Exception {
        assertOnly(
                main,
                MAIN,
                "{ address = \"10.0.0.3\", weight = 2 }",
                "{ address = \"10.0.0.3\" }",
                weight("10.0.0.3", 1));
    }

    @Test
    void newReal_comesLastInItsList_inAnIncludedFileToo() throws Exception {
        assertOnly(
                main,
                MAIN,
                "        \"10.0.0.4\"\n",
                "        \"10.0.0.4\"\n        { address = \"10.0.0.9\", weight = 3 }\n",
                new Edit.AddReal("web", IpText.parse("10.0.0.9"), 3));
        assertOnly(
                dns,
                DNS,
                "\"10.0.1.3\" ]",
                "\"10.0.1.3\", \"10.0.1.4\" ]",
                new Edit.AddReal("dns", IpText.parse("10.0.1.4"), 1));
    }

    @Test
    void removedReal_leavesTheCommentsOfOthers() throws Exception {
        assertOnly(
                main,
                MAIN,
                "        { address = \"10.0.0.3\", weight = 2 }   # the big one\n",
                "",
                new Edit.RemoveReal("web", IpText.parse("10.0.0.3")));
        assertOnly(dns, DNS, "\"10.0.1.2\", ", "", new Edit.RemoveReal("dns", IpText.parse("10.0.1.2")));
    }

    @Test
    void newVip_comesLastInTheListThatIsWrittenAsSuch() throws Exception {
        assertOnly(
                main,
                MAIN,
                "protocol = both, pool = dns }\n",
                """
                protocol = both, pool = dns }
                    { address = "203.0.113.10", hash = source, pool = web, port = 443 }
                """,
                new Edit.AddVip(VipKey.parse("203.0.113.10:443/tcp"), "web", "hash = source"));
    }

    @Test
    void removedVip_goesWithItsLine() throws Exception {
        assertOnly(
                main,
                MAIN,
                "    { address = \"203.0.113.10\", port = 80, pool = web }   // shop\n",
                "",
                new Edit.RemoveVip(SHOP));
        assertOnly(
                mail,
                MAIL,
                "  vips += { address = \"203.0.113.25\", port = 25, pool = mail }  # mail\n",
                "",
                new Edit.RemoveVip(POST));
    }

    @Test
    void orderInOneVip_isWrittenIntoTheVip() throws Exception {
        assertOnly(
                mail,
                MAIL,
                "pool = mail }",
                "pool = mail, members.\"10.0.2.2\" { order = drain } }",
                new Edit.SetOrder(IpText.parse("10.0.2.2"), POST, Order.DRAIN));
    }

    @Test
    void oneProtocolOfTwo_makesTwoOfTheVip() throws Exception {
        assertOnly(
                main,
                MAIN,
                "    { address = \"203.0.113.53\", port = 53, protocol = both, pool = dns }\n",
                "    { address = \"203.0.113.53\", port = 53, protocol = tcp, pool = dns }\n"
                        + "    { address = \"203.0.113.53\", port = 53, protocol = udp, pool = dns, members.\"10.0.1.2\" {"
                        + " weight = 4 } }\n",
                new Edit.SetWeight(IpText.parse("10.0.1.2"), NAMES, 4));
    }

    @Test
    void bothProtocols_changeAndGoTogether() throws Exception {
        VipKey tcp = VipKey.parse("203.0.113.53:53/tcp");
        assertOnly(
                main,
                MAIN,
                "    { address = \"203.0.113.53\", port = 53, protocol = both, pool = dns }\n",
                "",
                new Edit.RemoveVip(NAMES),
                new Edit.RemoveVip(tcp));
    }

    @Test
    void wholePools_andSettings_areWrittenAndRemoved() throws Exception {
        Document files = Document.load(main);
        Document next = RandomDocuments.parse(files.render()
                .replace("interface = eth0", "interface = eth1, flows.max = 4Mi, xdp-mode = driver")
                .replace("vips = [", "pools.new { slow-start = 3s, reals = [ \"10.0.7.1\" ] }\n  vips = ["));
        Map<Path, String> texts = Commit.texts(Changes.between(files, next), files);
        assertEquals(
                MAIN.replace("interface = eth0   #", "interface = eth1   #")
                        .replace("include \"pools/dns.conf\"\n", """
                            include "pools/dns.conf"
                                new { reals = [ "10.0.7.1" ], slow-start = 3s }
                            """),
                String.valueOf(texts.get(main)).replace("\n  flows.max = 4Mi\n  xdp-mode = driver", ""));

        write(texts);
        Document back = Document.load(main);
        Map<Path, String> undone = Commit.texts(Changes.between(back, files), back);
        assertEquals(MAIN, undone.get(main));
    }

    private static void write(Map<Path, String> texts) throws IOException {
        for (Map.Entry<Path, String> text : texts.entrySet()) {
            Files.writeString(text.getKey(), text.getValue());
        }
    }

    @Test
    void valueThatASubstitutionMakes_isOverriddenBesideIt() throws Exception {
        Document files = Document.load(main);
        Document next = RandomDocuments.parse(files.render().replace("interval = 5s", "interval = 9s"));
        Map<Path, String> texts = Commit.texts(Changes.between(files, next), files);
        assertTrue(String.valueOf(texts.get(main)).contains("${definitions.check} { interval = 5s }"));
        assertTrue(String.valueOf(texts.get(main)).contains("health-check.interval = 9s"), () -> texts.toString());
    }

    @Test
    void realThatComesFromASubstitution_isRefused() throws Exception {
        Files.writeString(
                main,
                MAIN.replace("\"10.0.0.4\"\n", "${definitions.last}\n")
                        .replace("definitions {", "definitions { last = \"10.0.0.4\""));
        CommitException e = assertThrows(CommitException.class, () -> commit(weight("10.0.0.4", 3)));
        assertEquals(
                "real 10.0.0.4 in pool web is not written as such in `thresher.pools.web.reals`, but comes from a"
                        + " substitution; change it there yourself, or discard the change",
                e.getMessage());
    }

    @Test
    void fileThatIsIncludedTwice_isRefused() throws Exception {
        Files.writeString(dns, "reals = [ \"10.0.1.2\", \"10.0.1.3\" ]");
        Files.writeString(
                main,
                MAIN.replace(
                        "include \"pools/dns.conf\"",
                        "dns { include \"pools/dns.conf\" }\n    dns2 { include \"pools/dns\" }"));
        CommitException e =
                assertThrows(CommitException.class, () -> commit(new Edit.RemoveReal("dns", IpText.parse("10.0.1.2"))));
        assertEquals(
                dns + " is included at several places, so `thresher.pools.dns.reals` cannot be changed there for one;"
                        + " write it yourself, or discard the change",
                e.getMessage());
    }
}
