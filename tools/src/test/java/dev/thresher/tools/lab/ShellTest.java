// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ShellTest {
    @Test
    void run_returnsTheOutput() {
        assertEquals("hello\n", Shell.run("echo", "hello"));
    }

    @Test
    void run_ofACommandThatFails_tellsItsReason() {
        LabException e =
                assertThrows(LabException.class, () -> Shell.run("sh", "-c", "echo out; echo why >&2; exit 3"));
        assertEquals("sh -c echo out; echo why >&2; exit 3: exit status 3: why", e.getMessage());
    }

    @Test
    void run_ofACommandThatIsNotThere_namesIt() {
        LabException e = assertThrows(LabException.class, () -> Shell.run("no-such-command"));
        assertTrue(String.valueOf(e.getMessage()).startsWith("cannot run no-such-command: "));
    }

    @Test
    void attempt_feedsMoreInputThanAPipeHolds() {
        String input = "0123456789\n".repeat(100_000);
        assertEquals(input, Shell.attempt(input, List.of("cat")).out());
    }

    @Test
    void attempt_readsBothOutputsAtOnce() {
        String script = "head -c 1000000 /dev/zero >&2; head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2";
        Shell.Result result = Shell.attempt("", List.of("sh", "-c", script));
        assertEquals(1_000_000, result.out().length());
        assertEquals(2_000_000, result.err().length());
    }

    @Test
    void attempt_ofACommandThatIgnoresItsInput_works() {
        assertEquals(0, Shell.attempt("x".repeat(1_000_000), List.of("true")).exit());
    }
}
