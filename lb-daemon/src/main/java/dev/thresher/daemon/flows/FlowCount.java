// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.flows;

import dev.thresher.config.Member;
import dev.thresher.daemon.state.FlowCensus;
import java.util.Map;

/**
 * How many flows the connection table has.
 *
 * @param members living flows of each member, also of those that have none
 */
public record FlowCount(FlowCensus table, Map<Member, Integer> members) {}
