// SPDX-License-Identifier: Apache-2.0

/** The lab: a client, a router, a load balancer and real servers in network namespaces of this machine. */
@NullMarked
package dev.thresher.tools.lab;

import org.jspecify.annotations.NullMarked;
