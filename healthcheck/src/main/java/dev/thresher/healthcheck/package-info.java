// SPDX-License-Identifier: Apache-2.0
/**
 * Health checking: what is known about each real server and how it is found out.
 *
 * <p>{@link HealthMachine} turns probe results into verdicts and knows nothing of time or sockets. A {@code Probe} asks a
 * real server once; there is one class a kind. {@link HealthChecker} decides when to ask whom and keeps what it learns.
 * Everything that changes runs on one event-loop thread.
 */
@NullMarked
package dev.thresher.healthcheck;

import org.jspecify.annotations.NullMarked;
