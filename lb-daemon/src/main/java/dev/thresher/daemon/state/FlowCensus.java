// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.state;

/**
 * How many entries the connection table, or a part of it, has of each kind.
 *
 * @param places entries that there is room for
 * @param confirmed flows that more than one packet was seen of
 * @param unconfirmed flows that one packet was seen of
 * @param expired flows that were silent for longer than their timeout, and have not been removed yet
 */
public record FlowCensus(int places, int confirmed, int unconfirmed, int expired) {
    public static final FlowCensus NONE = new FlowCensus(0, 0, 0, 0);

    private static final int WHOLE = 100;

    /** Flows that live. An expired one is not among them: its place is free for any other. */
    public int occupied() {
        return confirmed + unconfirmed;
    }

    /** Places that are taken, in percent. */
    public double percent() {
        return places == 0 ? 0 : (double) WHOLE * occupied() / places;
    }

    public FlowCensus plus(FlowCensus other) {
        return new FlowCensus(
                places + other.places,
                confirmed + other.confirmed,
                unconfirmed + other.unconfirmed,
                expired + other.expired);
    }

    /** What a table of so many places has if all of it is like this part. */
    public FlowCensus scaledTo(int allPlaces) {
        return places == 0
                ? new FlowCensus(allPlaces, 0, 0, 0)
                : new FlowCensus(
                        allPlaces,
                        scaled(confirmed, allPlaces),
                        scaled(unconfirmed, allPlaces),
                        scaled(expired, allPlaces));
    }

    private int scaled(int count, int allPlaces) {
        return (int) ((long) count * allPlaces / places);
    }
}
