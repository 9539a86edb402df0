// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

/** A machine of the lab: its short name, as in {@code lab exec HOST}, and its namespace. */
public record Host(String name, Namespace namespace) {}
