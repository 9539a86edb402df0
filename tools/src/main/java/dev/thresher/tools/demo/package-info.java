// SPDX-License-Identifier: Apache-2.0

/** The demo: the product's main job, done on real traffic in a lab and measured. */
@NullMarked
package dev.thresher.tools.demo;

import org.jspecify.annotations.NullMarked;
