// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

/**
 * A service that clients reach at one address, port and protocol.
 *
 * @param key the VIP's identity
 * @param pool the name of the pool that serves it
 * @param tracked whether flows are kept in the connection table; a VIP without it goes by the Maglev table alone
 */
public record Vip(VipKey key, String pool, boolean tracked) {}
