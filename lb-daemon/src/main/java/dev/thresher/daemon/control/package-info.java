// SPDX-License-Identifier: Apache-2.0
/** The one writer: turns configuration, health and next hops into the desired state, and publishes what came of it. */
package dev.thresher.daemon.control;
