// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import dev.thresher.daemon.state.Counter;
import dev.thresher.daemon.state.DaemonState;
import dev.thresher.daemon.state.StateSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** One balancer after the other, each until the next look at the state; the last remains. */
final class SourcesInTurn implements StateSource {
    private final Deque<FakeSource> left;
    private FakeSource current;

    SourcesInTurn(FakeSource... sources) {
        left = new ArrayDeque<>(List.of(sources));
        current = left.element();
    }

    @Override
    public synchronized DaemonState snapshot() {
        if (!left.isEmpty()) {
            current = left.remove();
        }
        return current.snapshot();
    }

    @Override
    public synchronized List<Counter> counters() {
        return current.counters();
    }
}
