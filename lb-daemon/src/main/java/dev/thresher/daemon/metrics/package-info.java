// SPDX-License-Identifier: Apache-2.0
/** The daemon's figures for Prometheus, over HTTP. */
package dev.thresher.daemon.metrics;
