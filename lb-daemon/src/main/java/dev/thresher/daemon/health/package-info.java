// SPDX-License-Identifier: Apache-2.0
/** What operators get to know about health: reports on request, and events as they happen. */
package dev.thresher.daemon.health;
