// SPDX-License-Identifier: Apache-2.0
/** Maglev tables and the flow hash. */
package dev.thresher.hashing;
