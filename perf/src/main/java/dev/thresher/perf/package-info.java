// SPDX-License-Identifier: Apache-2.0
/** Benchmarks of the packet path and of the table builder; {@code docs/benchmarks.md} tells how they measure. */
package dev.thresher.perf;
