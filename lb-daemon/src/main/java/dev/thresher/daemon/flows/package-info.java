// SPDX-License-Identifier: Apache-2.0
/** Reads the connection table and the Maglev tables for people: which flows there are, and where a packet would go. */
package dev.thresher.daemon.flows;
