// SPDX-License-Identifier: Apache-2.0

/** The verbs that change a running load balancer, and those that tell what was changed. */
@NullMarked
package dev.thresher.tools.cli.change;

import org.jspecify.annotations.NullMarked;
