// SPDX-License-Identifier: Apache-2.0
/** The Java twin of {@code lib/abi.h}: what lies in the maps. */
package dev.thresher.bpf.layout;
