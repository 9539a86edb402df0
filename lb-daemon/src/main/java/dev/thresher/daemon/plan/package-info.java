// SPDX-License-Identifier: Apache-2.0
/** From what is known about each real server to what the data plane does with it. Pure: no clock, no state. */
package dev.thresher.daemon.plan;
