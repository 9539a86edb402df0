// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.hashing.MaglevTable;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine;

class MaglevBenchTest {
    @ParameterizedTest
    @ValueSource(strings = {"0", "10,-1", "65538"})
    void number_of_members_that_fits_no_table_is_a_usage_error(String members) {
        StringWriter err = new StringWriter();
        int exit =
                new CommandLine(new MaglevBench()).setErr(new PrintWriter(err)).execute("--members", members);
        assertEquals(CommandLine.ExitCode.USAGE, exit);
        assertTrue(err.toString().contains("a table of 65537 slots holds 1 to 65537 members"), err::toString);
    }

    @Test
    void benchmark_builds_a_table_of_its_members() {
        MaglevBenchmark benchmark = new MaglevBenchmark();
        benchmark.members = 3;
        benchmark.weights = MaglevBenchmark.Weights.MIXED;
        benchmark.fillPool();
        assertEquals(MaglevTable.DEFAULT_SIZE, benchmark.build().length);
    }

    @Test
    void jmh_knows_the_benchmark() {
        var out = OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT);
        long found = BenchmarkList.defaultList().getAll(out, List.of()).stream()
                .filter(entry -> entry.getUsername().equals(MaglevBenchmark.class.getName() + ".build"))
                .count();
        assertEquals(1, found);
    }
}
