// SPDX-License-Identifier: Apache-2.0
/** How the configuration changes while the daemon runs: one revision after the other, each in force as a whole or not at all. */
package dev.thresher.daemon.revision;
