// SPDX-License-Identifier: Apache-2.0
/** Probes by the way that clients' packets take: to the VIP, wrapped for one real server. */
package dev.thresher.daemon.probing;
