// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.thresher.tools.lab.Lab;
import dev.thresher.tools.lab.LabSpec;
import dev.thresher.tools.lab.Launcher;
import dev.thresher.tools.lab.RealServer;
import dev.thresher.tools.lab.Shell;
import dev.thresher.tools.restarts.ProofCounts;
import dev.thresher.tools.restarts.ProofResult;
import dev.thresher.tools.restarts.RestartProof;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** The command line changes a daemon while clients go on. What it needs, {@link EndToEndTest} says. */
@EnabledIfEnvironmentVariable(named = "THRESHER_DIST", matches = ".+")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ChangesUnderTrafficTest {
    private static final int FIRST_PORT = 10_000;
    private static final Set<String> ALL = Set.of("real1", "real2", "real3");
    private static final Set<String> WITHOUT_VICTIM = Set.of("real1", "real3");

    private final Lab lab = Lab.up(LabSpec.passing("test", 1, 1, 1), Launcher.path(), step -> {});
    private final RealServer victim = lab.realServers().get(1);

    @AfterAll
    void removeTheLab() {
        lab.close();
    }

    @Test
    void noRequestFails_whateverTheCommandLineChanges() {
        try (SteadyRequests steady = SteadyRequests.start(lab, FIRST_PORT)) {
            assertEquals(ALL, whoAnswers(steady), "before");

            long drained = drain();
            assertEquals(WITHOUT_VICTIM, whoAnswers(steady), "new flows once it is drained");
            lab.balancer().kill();
            assertEquals(WITHOUT_VICTIM, whoAnswers(steady), "without a daemon");
            lab.balancer().start();
            assertEquals(WITHOUT_VICTIM, whoAnswers(steady), "with the new daemon");
            assertTrue(thresher("runtime", "show").outOrThrow().contains(named()), "runtime show names it");

            thresher(victim("real", "undrain")).outOrThrow();
            assertEquals(ALL, whoAnswers(steady), "once it is undrained");

            thresher("rollback", Long.toString(drained), "--yes").outOrThrow();
            assertEquals(WITHOUT_VICTIM, whoAnswers(steady), "after the rollback to when it was drained");
            assertHistory(drained);
            assertStaleApplyIsRefused(drained);
            assertEquals(WITHOUT_VICTIM, whoAnswers(steady), "after an apply that was refused");

            thresher("runtime", "discard", "--yes").outOrThrow();
            assertEquals(ALL, whoAnswers(steady), "when the files alone are in force");

            List<Answer> all = steady.finish();
            long failed = all.stream().filter(answer -> !answer.ok()).count();
            assertEquals(0, failed, () -> "failed, of " + all.size() + " requests");
        }
    }

    /** {@code thresher bench restarts} does the same for longer. */
    @Test
    void noRequestFailsAndNoCounterGoesBack_overRestartsKillsUpgradesAndReloads() {
        Path dist = Path.of(System.getenv("THRESHER_DIST"));
        long seed = System.nanoTime();
        List<String> told = new ArrayList<>(List.of("seed " + seed));
        ProofCounts counts = new ProofCounts(1, 3, 2, 4, Duration.ofSeconds(5));
        ProofResult result = RestartProof.run(lab, dist, counts, seed, told::add);
        assertTrue(result.ok(), () -> result + "\n" + String.join("\n", told));
    }

    private static Set<String> whoAnswers(SteadyRequests steady) {
        return steady.nextRound().stream()
                .map(answer -> String.valueOf(answer.real()))
                .collect(Collectors.toSet());
    }

    /** The revision that it makes. */
    private long drain() {
        String out = thresher(victim("real", "drain", "--comment", "disk is failing", "--json"))
                .outOrThrow();
        return object(out).get("revision").getAsLong();
    }

    /** As one would call it where it matters that nobody else has changed anything meanwhile. */
    private void assertStaleApplyIsRefused(long stale) {
        String file = lab.files().config().toString();
        Shell.Result refused = thresher("apply", file, "--yes", "--expect", Long.toString(stale));
        assertEquals(1, refused.exit(), refused::err);
        assertTrue(refused.err().contains("try again with --expect " + (stale + 2)), refused::err);
    }

    /** The drain, its end, and the rollback make a revision each; the restart makes none. */
    private void assertHistory(long drained) {
        JsonArray revisions = object(thresher("history", "--json").outOrThrow()).getAsJsonArray("revisions");
        JsonObject rollback = revisions.get(0).getAsJsonObject();
        assertEquals(drained + 2, rollback.get("number").getAsLong());
        assertTrue(rollback.get("how").getAsString().contains("rollback to " + drained), rollback::toString);
        JsonObject drain = revisions.get(2).getAsJsonObject();
        assertEquals("disk is failing", drain.get("comment").getAsString());
        assertTrue(drain.get("who").getAsString().contains("root"), drain::toString);
        assertTrue(drain.getAsJsonArray("elements").contains(new JsonPrimitive(named())), drain::toString);
    }

    private static JsonObject object(String json) {
        return JsonParser.parseString(json).getAsJsonObject();
    }

    /** As the history and the runtime changes name it. */
    private String named() {
        return "real " + victim.addresses().get(0) + " in pool ipip4";
    }

    /** Words of a command, and after them both of its addresses. */
    private String[] victim(String... words) {
        List<String> command = new ArrayList<>(List.of(words));
        command.addAll(victim.addresses());
        return command.toArray(String[]::new);
    }

    /** On the balancer, as its administrator. */
    private Shell.Result thresher(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "THRESHER_SOCKET=" + lab.files().socket(),
                Launcher.path().toString()));
        command.addAll(List.of(arguments));
        return Shell.attempt("", lab.topology().balancer().namespace().command(command));
    }
}
