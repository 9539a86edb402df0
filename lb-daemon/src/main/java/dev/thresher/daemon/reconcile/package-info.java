// SPDX-License-Identifier: Apache-2.0
/** From the state that is wanted to the writes that make it so. */
package dev.thresher.daemon.reconcile;
