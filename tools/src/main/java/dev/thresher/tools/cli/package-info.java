// SPDX-License-Identifier: Apache-2.0
/** The {@code thresher} command line. */
package dev.thresher.tools.cli;
