// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.probing;

import dev.thresher.bpf.layout.MemberRecord;

/**
 * How clients' packets get to a real server.
 *
 * @param record by which they are wrapped
 * @param egress number of the interface that they leave by; 0 for the one that they come in by
 */
public record ProbedMember(MemberRecord record, int egress) {}
