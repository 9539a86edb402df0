// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.metrics;

import dev.thresher.daemon.health.HealthSource;
import dev.thresher.daemon.state.Fill;
import dev.thresher.daemon.state.StateSource;
import dev.thresher.healthcheck.CheckerStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * Where the figures come from. Asked from the server's thread; nothing of it waits for the control thread.
 *
 * @param ready whether packets are being balanced
 * @param certificateEnd when the certificate of the API ends, if it has one
 * @param unresolved how many real servers have no next hop
 */
public record MetricsSource(
        BooleanSupplier ready,
        StateSource state,
        HealthSource health,
        Supplier<CheckerStatus> checker,
        Supplier<List<Fill>> fills,
        Supplier<Optional<Instant>> certificateEnd,
        IntSupplier unresolved) {}
