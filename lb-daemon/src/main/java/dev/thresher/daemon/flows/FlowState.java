// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.flows;

import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.config.Protocol;

/** How far a flow is in its life. */
public enum FlowState {
    /** One packet was seen of it. A new flow may take its place. */
    UNCONFIRMED,
    /** More than one packet was seen of it. It keeps its place while it is fresh. */
    CONFIRMED,
    /** A TCP flow that saw a FIN or RST. It expires as soon as a UDP flow does. */
    ENDING,
    /** Silent for longer than its timeout, and not removed yet. */
    EXPIRED;

    static FlowState of(FlowEntry entry, Protocol protocol, boolean expired) {
        if (expired) {
            return EXPIRED;
        }
        if (entry.shortLived() && protocol == Protocol.TCP) {
            return ENDING;
        }
        return entry.confirmed() ? CONFIRMED : UNCONFIRMED;
    }
}
