// SPDX-License-Identifier: Apache-2.0
/**
 * Changes of a configuration: what differs between two, small edits, and what was changed by calls and stands beside the files.
 *
 * <p>All of it works on the trees that the files make, element by element, and asks the schema what means the same. So a key
 * that is added to the schema needs no line here.
 */
@NullMarked
package dev.thresher.config.change;

import org.jspecify.annotations.NullMarked;
