// SPDX-License-Identifier: Apache-2.0
/** The gRPC API, served on a Unix socket. */
package dev.thresher.daemon.grpc;
