// SPDX-License-Identifier: Apache-2.0

/**
 * The proof that restarts, crashes, upgrades and reloads of the daemon cost no request: clients that never stop, and counters
 * that never go back.
 */
@NullMarked
package dev.thresher.tools.restarts;

import org.jspecify.annotations.NullMarked;
