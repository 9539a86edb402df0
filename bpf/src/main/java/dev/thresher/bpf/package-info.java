// SPDX-License-Identifier: Apache-2.0
/** A small binding of libbpf: objects, maps, programs and XDP links, with errors that say what failed on what. */
package dev.thresher.bpf;
