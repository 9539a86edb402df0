// SPDX-License-Identifier: Apache-2.0
/** Benchmarks: what the parts cost, measured so that anybody can repeat it. */
package dev.thresher.perf;
