// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.thresher.api.v1.AddReal;
import dev.thresher.api.v1.AddVip;
import dev.thresher.api.v1.Change;
import dev.thresher.api.v1.Edit;
import dev.thresher.api.v1.Edits;
import dev.thresher.api.v1.RealServer;
import dev.thresher.api.v1.RemoveReal;
import dev.thresher.api.v1.RemoveVip;
import dev.thresher.api.v1.SetWeight;
import dev.thresher.api.v1.Text;
import dev.thresher.config.Config;
import dev.thresher.daemon.revision.Author;
import dev.thresher.daemon.revision.Intent;
import dev.thresher.daemon.revision.RecordedActivation;
import dev.thresher.daemon.revision.RefusedException;
import dev.thresher.daemon.revision.Revisions;
import io.grpc.Status.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterProperty;

/**
 * Random requests, HOCON and broken messages among them: each is made or refused in words, never an internal error, and what
 * is refused leaves everything as it was. jqwik prints seeds.
 */
class RefusedInputTest {
    private static final List<String> FRAGMENTS = List.of(
            "thresher",
            "{",
            "}",
            "[",
            "]",
            "=",
            ":",
            ",",
            "\n",
            "\"",
            "\"\"\"",
            "${",
            "${thresher}",
            "include \"x\"",
            "pools.web",
            "vips += ",
            "reals",
            "weight",
            "-1",
            "70000",
            "null",
            "\u0000",
            "#",
            "hash = source",
            "members",
            "address = \"203.0.113.10\"",
            "flows.max = 1Ki",
            "pool = wbe");
    private static final List<String> WORDS = List.of(
            "",
            "web",
            "wbe",
            "10.0.0.2",
            "10.0.0.3",
            "10.0.0.9",
            "::1",
            "0.0.0.0",
            "10.0.0",
            "203.0.113.10:80/tcp",
            "203.0.113.10:443/tcp",
            "[2001:db8::1]:80/udp",
            "203.0.113.0/24:any/tcp",
            "203.0.113.10:99999/tcp",
            "10.0.0.2:80/tcp",
            "\u0000",
            "a.b");

    private final Path dir = Files.createTempDirectory("thresher-input-");
    private final Path file = Files.writeString(dir.resolve("thresher.conf"), text(""));
    private final RecordedActivation activation = new RecordedActivation();
    private final Revisions revisions;

    RefusedInputTest() throws Exception {
        Intent intent = Intent.load(file);
        activation.activated.add(intent.config());
        revisions = Revisions.begin(file, intent, activation, InstantSource.system());
    }

    @AfterProperty
    void removeFiles() throws IOException {
        try (Stream<Path> files = Files.walk(dir)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    private String text(String more) {
        return """
            thresher {
              interface = eth0
              state-directory = "%s/state"
              pools.web.reals = [ "10.0.0.2", "10.0.0.3" ]
              vips = [ { address = "203.0.113.10", port = 80, pool = web } ]
            %s
            }
            """.formatted(dir, more);
    }

    @Provide
    Arbitrary<String> hocon() {
        return Arbitraries.of(FRAGMENTS).list().ofMaxSize(8).map(parts -> String.join(" ", parts));
    }

    @Provide
    Arbitrary<Change> edits() {
        Arbitrary<String> word = Arbitraries.of(WORDS);
        Arbitrary<Edit> edit = Combinators.combine(
                        Arbitraries.integers().between(0, 8),
                        word,
                        word,
                        Arbitraries.of(-1, 0, 1, 5, 65_535, 65_536),
                        hocon())
                .as(RefusedInputTest::edit);
        return edit.list()
                .ofMaxSize(4)
                .map(some -> Change.newBuilder()
                        .setEdits(Edits.newBuilder().addAllEdits(some))
                        .build());
    }

    private static Edit edit(int kind, String one, String other, int number, String hocon) {
        RealServer server = RealServer.newBuilder().setReal(one).setVip(other).build();
        Edit.Builder edit = Edit.newBuilder();
        return switch (kind) {
            case 0 ->
                edit.setAddVip(AddVip.newBuilder().setVip(one).setPool(other).setSettings(hocon))
                        .build();
            case 1 -> edit.setRemoveVip(RemoveVip.newBuilder().setVip(one)).build();
            case 2 ->
                edit.setAddReal(AddReal.newBuilder().setReal(one).setPool(other).setWeight(number))
                        .build();
            case 3 ->
                edit.setRemoveReal(RemoveReal.newBuilder().setReal(one).setPool(other))
                        .build();
            case 4 ->
                edit.setSetWeight(SetWeight.newBuilder()
                                .setReal(one)
                                .setVip(other)
                                .setWeight(number))
                        .build();
            case 5 -> edit.setDrain(server).build();
            case 6 -> edit.setUndrain(server).build();
            case 7 -> edit.setMaintenance(server).build();
            default -> edit.build();
        };
    }

    @Property(tries = 500)
    void edits_areMadeOrRefusedInWords(@ForAll("edits") Change change) throws Exception {
        request(change);
    }

    @Property(tries = 500)
    void texts_areMadeOrRefusedInWords(@ForAll("hocon") String hocon) throws Exception {
        Text whole = Text.newBuilder().setHocon(text(hocon)).setName("fuzz").build();
        request(Change.newBuilder().setText(whole).build());
    }

    @Property(tries = 500)
    void bytesThatAreAMessage_areMadeOrRefusedInWords(@ForAll("edits") Change change, @ForAll byte[] noise)
            throws Exception {
        byte[] bytes = change.toByteArray();
        for (int i = 0; i < noise.length && bytes.length > 0; i++) {
            bytes[Math.floorMod(noise[i] * 31 + i, bytes.length)] ^= noise[i];
        }
        try {
            request(Change.parseFrom(bytes));
        } catch (InvalidProtocolBufferException e) {
            // gRPC answers these.
        }
    }

    private void request(Change change) throws Exception {
        Config before = activation.latest();
        long revision = revisions.state().revision();
        int activations = activation.activated.size();
        try {
            revisions.apply(ChangeDecoder.change(change), 0, new Author("fuzz", ""));
            assertEquals(activation.latest(), Intent.load(file).config(), "what would be there after a restart");
        } catch (RefusedException | BadRequestException e) {
            Code code = CallErrors.of("Apply", e).getStatus().getCode();
            assertTrue(code != Code.INTERNAL && code != Code.UNKNOWN, e::toString);
            assertEquals(before, activation.latest());
            assertEquals(activations, activation.activated.size());
            assertEquals(revision, revisions.state().revision());
            assertEquals(before, Intent.load(file).config());
        }
    }
}
