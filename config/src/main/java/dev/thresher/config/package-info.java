// SPDX-License-Identifier: Apache-2.0
/**
 * The configuration: an immutable model and the loader that makes it from HOCON files.
 *
 * <p>The records hold only values that make sense by themselves, whoever makes them. What a <em>file</em> may say is
 * narrower (an address must be unicast, an interval at least 100 ms): that is the loader's business.
 */
@NullMarked
package dev.thresher.config;

import org.jspecify.annotations.NullMarked;
