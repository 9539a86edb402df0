// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.health;

import dev.thresher.daemon.state.HealthState;
import java.time.Instant;

/**
 * A change of what the health checks say of a member.
 *
 * @param reason for people: "HTTP 503, expected 200-299, 3 of 3 failed"
 */
public record HealthChange(Instant at, HealthState from, HealthState to, String reason) {}
