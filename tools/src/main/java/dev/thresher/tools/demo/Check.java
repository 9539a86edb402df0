// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

/** One thing that the demo looked at: what it measured, and what it should have been. */
public record Check(String name, boolean ok, String value, String expected) {}
