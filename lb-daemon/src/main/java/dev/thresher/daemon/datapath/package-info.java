// SPDX-License-Identifier: Apache-2.0
/** The kernel's edge: what the daemon can ask of the maps and the program, with a real and an in-memory form. */
package dev.thresher.daemon.datapath;
