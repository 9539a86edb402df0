// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

/** A cable between two hosts, and what its ends are called there. */
record Link(Host from, String fromPort, Host to, String toPort, int mtu) {}
