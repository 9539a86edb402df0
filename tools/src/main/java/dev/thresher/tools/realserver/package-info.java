// SPDX-License-Identifier: Apache-2.0

/** What a real server needs, so that packets which the load balancer sends it reach its services. */
@NullMarked
package dev.thresher.tools.realserver;

import org.jspecify.annotations.NullMarked;
