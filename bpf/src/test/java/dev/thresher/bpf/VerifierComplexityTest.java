// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * How many instructions the verifier goes through is what load time, and in the end the right to load at all, depend on.
 * It must not grow unnoticed: whoever makes it grow changes the record and says why.
 */
class VerifierComplexityTest {
    private static final String RECORD = "/verifier-complexity.properties";
    private static final Pattern PROCESSED = Pattern.compile("processed (\\d+) insns");
    private static final double TOLERANCE = 1.10;
    /** Verifiers differ: on kernels without a record this only catches an explosion. */
    private static final double TOLERANCE_ELSEWHERE = 2;

    @Test
    void program_is_as_easy_to_verify_as_recorded() throws IOException {
        String kernel = kernel();
        Properties record = record();
        int recorded = Integer.parseInt(record.getProperty("lb." + kernel, record.getProperty("lb")));
        double limit = recorded * (record.containsKey("lb." + kernel) ? TOLERANCE : TOLERANCE_ELSEWHERE);

        int processed = processed();

        System.out.printf("lb on Linux %s: %d instructions processed, %d recorded%n", kernel, processed, recorded);
        assertTrue(
                processed <= limit,
                () -> "the verifier processed " + processed + " instructions on Linux " + kernel + ", at most "
                        + (int) limit + " are allowed; if that is worth it, change src/test/resources" + RECORD);
    }

    private static int processed() {
        try (BpfObject object = LoadedProgram.open(TestSettings.DEFAULT)) {
            object.keepLog("lb");
            object.load();
            Matcher processed = PROCESSED.matcher(object.log("lb"));
            assertTrue(processed.find(), () -> "no figure in the verifier's log: " + object.log("lb"));
            return Integer.parseInt(processed.group(1));
        }
    }

    /** Major and minor version. */
    private static String kernel() {
        Matcher release = Pattern.compile("\\d+\\.\\d+").matcher(System.getProperty("os.version"));
        assertTrue(release.find());
        return release.group();
    }

    private static Properties record() throws IOException {
        Properties record = new Properties();
        try (InputStream stream = VerifierComplexityTest.class.getResourceAsStream(RECORD)) {
            record.load(stream);
        }
        return record;
    }
}
