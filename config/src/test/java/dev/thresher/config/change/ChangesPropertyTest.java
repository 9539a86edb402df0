// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.Document;
import dev.thresher.config.InvalidConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A failing property prints its seed. */
class ChangesPropertyTest {
    private static final int TRIES = 100;

    @Provide
    Arbitrary<Document> documents() {
        return Arbitraries.randomValue(RandomDocuments::next);
    }

    @Provide
    Arbitrary<List<Edit>> edits() {
        return Arbitraries.randomValue(RandomDocuments::edits);
    }

    private static void assertSame(Document expected, Document actual) {
        assertEquals(RandomDocuments.inOrder(expected), RandomDocuments.inOrder(actual));
    }

    @Property(tries = TRIES)
    void whatDiffersBetweenTwo_makesTheSecondOfTheFirst(
            @ForAll("documents") Document a, @ForAll("documents") Document b) throws Exception {
        Changes changes = Changes.between(a, b);
        Merged merged = changes.onto(a);
        assertSame(b, merged.document());
        assertTrue(merged.changes().stream().allMatch(change -> change.inForce() && change.disagreement() == null));
        assertEquals(RandomDocuments.inOrder(a).equals(RandomDocuments.inOrder(b)), changes.isEmpty());
    }

    @Property(tries = TRIES)
    void changesThatHaveBeenMade_areNoChangesAnyMore(@ForAll("documents") Document a, @ForAll("documents") Document b)
            throws Exception {
        Changes changes = Changes.between(a, b);
        Merged again = changes.onto(changes.onto(a).document());
        assertEquals(List.of(), again.changes());
        assertSame(b, again.document());
    }

    @Property(tries = TRIES)
    void changesOfOtherFiles_areMadeOrRefused_andThenLeadWhereverOneWants(
            @ForAll("documents") Document a,
            @ForAll("documents") Document b,
            @ForAll("documents") Document files,
            @ForAll("documents") Document target)
            throws Exception {
        Merged merged;
        try {
            merged = Changes.between(a, b).onto(files);
        } catch (InvalidConfigException e) {
            assertFalse(e.errors().isEmpty());
            return;
        }
        assertSame(merged.document(), merged.standing().onto(files).document());
        assertSame(target, merged.then(target).onto(files).document());
    }

    @Property(tries = TRIES)
    void renderedText_meansTheSame(@ForAll("documents") Document document) throws Exception {
        Document again = Document.parse(document.render(), "again.conf");
        assertEquals(document.config(), again.config());
        assertEquals(document.render(), again.render());
    }

    @Property(tries = TRIES)
    void runtimeFile_keepsChanges(@ForAll("documents") Document a, @ForAll("documents") Document b)
            throws IOException, InvalidConfigException {
        Changes changes = Changes.between(a, b);
        Path file = Files.createTempFile("runtime", ".conf");
        try {
            Files.writeString(file, RuntimeFile.text(changes));
            assertEquals(changes, RuntimeFile.read(file));
            assertSame(b, RuntimeFile.read(file).onto(a).document());
        } finally {
            Files.delete(file);
        }
    }

    @Property(tries = 2 * TRIES)
    void edits_areMadeOrRefused(@ForAll("documents") Document start, @ForAll("edits") List<Edit> edits)
            throws InvalidConfigException {
        Document next;
        try {
            next = Edits.apply(start, edits);
        } catch (InvalidConfigException e) {
            assertFalse(e.errors().isEmpty());
            return;
        } catch (RefusedEditException e) {
            assertNotNull(e.getMessage());
            return;
        }
        assertSame(next, Changes.between(start, next).onto(start).document());
    }
}
