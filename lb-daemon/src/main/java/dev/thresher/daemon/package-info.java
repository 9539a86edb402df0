// SPDX-License-Identifier: Apache-2.0
/** The daemon's beginning and end. */
package dev.thresher.daemon;
