// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class DemoResultTest {
    private static final Check HELD = new Check("first", true, "1 s", "at most 2 s");
    private static final Check FAILED = new Check("second", false, "3 lost", "0 lost");

    @Test
    void oneFailedCheck_failsTheDemo() {
        assertTrue(DemoResult.of(List.of(HELD)).ok());
        assertFalse(DemoResult.of(List.of(HELD, FAILED)).ok());
    }

    @Test
    void noCheckAtAll_isNoSuccess() {
        assertFalse(DemoResult.of(List.of()).ok());
    }

    @Test
    void json_readsBackAsTheSame() {
        DemoResult result = DemoResult.of(List.of(HELD, FAILED));
        assertEquals(result, new Gson().fromJson(result.json(), DemoResult.class));
    }

    @Test
    void theTable_endsWithTheVerdict() {
        assertTrue(printed(DemoResult.of(List.of(HELD))).endsWith("all 1 checks held.\n"));
        String failed = printed(DemoResult.of(List.of(HELD, FAILED)));
        assertTrue(failed.contains("  FAILED second  3 lost    0 lost\n"), failed);
        assertTrue(failed.endsWith("FAILED: 1 of 2 checks did not hold.\n"), failed);
    }

    private static String printed(DemoResult result) {
        StringWriter text = new StringWriter();
        result.print(new PrintWriter(text, true));
        return text.toString();
    }
}
