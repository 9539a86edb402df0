// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

import org.jspecify.annotations.Nullable;

/**
 * What becomes of an element.
 *
 * @param before what it said, as HOCON; null if it is added
 * @param after what it says then; null if it is removed
 */
public record ElementChange(
        Element element, @Nullable String before, @Nullable String after) {}
