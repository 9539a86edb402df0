// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.daemon.state.Counter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CounterNameTest {
    private static final Pattern FIRST_CELL = Pattern.compile("^\\| `([a-z_]+)` \\|", Pattern.MULTILINE);

    /** Keeps {@code docs/operations.md} true. */
    @Test
    void whatToDoAboutEachDropReason_isDocumented() throws IOException {
        String operations = Files.readString(Path.of("../docs/operations.md"));
        int section = operations.indexOf("## Dropped packets");
        String table = operations.substring(section, operations.indexOf("\n## ", section));
        Set<String> documented = FIRST_CELL
                .matcher(table)
                .results()
                .map((MatchResult cell) -> cell.group(1))
                .collect(Collectors.toSet());
        Set<String> reasons = Arrays.stream(dev.thresher.bpf.layout.Counter.values())
                .map(CounterName::of)
                .filter(name -> name.kind() == Counter.Kind.DROP_REASON)
                .map(CounterName::name)
                .collect(Collectors.toSet());
        assertEquals(reasons, documented);
    }
}
