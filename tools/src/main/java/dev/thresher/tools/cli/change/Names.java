// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.change;

import dev.thresher.config.IpText;
import dev.thresher.config.VipKey;
import dev.thresher.tools.cli.CommandFailure;

/** Reads what somebody typed, before the daemon is asked: a typing error is no reason to disturb it. */
final class Names {
    private Names() {}

    /** The one spelling of a VIP's key. */
    static String vip(String text) {
        try {
            return VipKey.parse(text).toString();
        } catch (IllegalArgumentException e) {
            throw CommandFailure.invalid(e.getMessage() + "\nA VIP is written such as 203.0.113.10:80/tcp.");
        }
    }

    /** The one spelling of a real server's address. */
    static String real(String text) {
        try {
            return IpText.format(IpText.parse(text));
        } catch (IllegalArgumentException e) {
            throw CommandFailure.invalid(e.getMessage() + "\nA real server is named by its address.");
        }
    }
}
