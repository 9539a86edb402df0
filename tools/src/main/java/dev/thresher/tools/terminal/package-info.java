// SPDX-License-Identifier: Apache-2.0

/** The terminal that somebody sits at. */
@NullMarked
package dev.thresher.tools.terminal;

import org.jspecify.annotations.NullMarked;
