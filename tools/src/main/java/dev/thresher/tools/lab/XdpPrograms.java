// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

/** TEMPORARY until the binding lands. */
final class XdpPrograms {
    XdpPrograms(Topology topology, LabFiles files) {}

    void attach() {}
}
