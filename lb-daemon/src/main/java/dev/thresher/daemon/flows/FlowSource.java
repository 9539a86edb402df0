// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.flows;

import dev.thresher.config.VipKey;

/** Where the servers get flows from. Called from any thread, several at once. */
public interface FlowSource {
    /**
     * The flows that fit a query, in no particular order. The table changes while it is looked at.
     *
     * @throws QueryException if the query names what is not there, or would have to try too many clients
     */
    FlowScan find(FlowQuery query) throws QueryException;

    /** Counts them all. */
    FlowCounting count();

    /**
     * Where packets from a client to a VIP, or to what may be one, go now.
     *
     * @throws QueryException if the addresses are of two families
     */
    Explanation explain(Client client, VipKey destination) throws QueryException;
}
