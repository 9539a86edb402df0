// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A packet in, a verdict and a packet out: each case of the {@link Matrix}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PacketMatrixTest {
    private static final int PROMISED = 150;

    private final Matrix matrix = new Matrix();
    private final List<Matrix.Run> runs = matrix.runs();

    @AfterAll
    void close() {
        matrix.close();
    }

    Stream<Matrix.Run> runs() {
        return runs.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("runs")
    void packet(Matrix.Run run) {
        run.check();
    }

    @Test
    void no_two_cases_are_of_one_name() {
        assertTrue(runs.size() >= PROMISED, () -> runs.size() + " cases");
        assertEquals(
                runs.size(),
                runs.stream()
                        .map(run -> run.topic() + run.packet().name())
                        .distinct()
                        .count());
    }
}
