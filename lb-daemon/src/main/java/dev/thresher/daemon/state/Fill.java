// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.state;

/**
 * How full something is that has a size.
 *
 * @param what names what it holds, in the plural
 * @param setting the key of the configuration that sets its size
 * @param used how many are there
 * @param room for how many it has room
 */
public record Fill(String what, String setting, long used, long room) {
    public double percent() {
        return 100.0 * used / room;
    }
}
