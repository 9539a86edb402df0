// SPDX-License-Identifier: Apache-2.0

/** Live rates. */
@NullMarked
package dev.thresher.tools.cli.top;

import org.jspecify.annotations.NullMarked;
