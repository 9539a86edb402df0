// SPDX-License-Identifier: Apache-2.0
/** What the daemon tells of itself: immutable records between the reconciler and the servers that publish them. */
package dev.thresher.daemon.state;
