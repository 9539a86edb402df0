// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

/** A value, where it was written and under which key. */
record Located<T>(T value, Location location, String path) {}
