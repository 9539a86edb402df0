// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What addresses must not be to each other, whichever section they stand in. */
final class AddressRules {
    private final ErrorLog errors;

    AddressRules(ErrorLog errors) {
        this.errors = errors;
    }

    /** A packet for such a real would come back to the load balancer, and again. */
    void noRealIsVip(List<Located<InetAddress>> vips, List<Located<InetAddress>> reals) {
        Map<InetAddress, Located<InetAddress>> realByAddress = new HashMap<>();
        reals.forEach(real -> realByAddress.putIfAbsent(real.value(), real));
        for (Located<InetAddress> vip : vips) {
            Located<InetAddress> real = realByAddress.get(vip.value());
            if (real != null) {
                complain(vip, " is a VIP and also a real, at " + real.location() + ": " + real.path());
            }
        }
    }

    /** Hosts drop packets that claim to come from themselves, so some of the flows would vanish. */
    void noneIsSource(EncapsulationSource source, List<Located<InetAddress>> addresses) {
        for (Located<InetAddress> address : addresses) {
            for (IpPrefix prefix : List.of(source.ipv4(), source.ipv6())) {
                if (prefix.contains(address.value())) {
                    complain(
                            address,
                            " lies in " + prefix + ", where outer source addresses come from; choose another "
                                    + Schema.ENCAPSULATION + ".source-ipv" + (prefix.isIpv4() ? 4 : 6));
                }
            }
        }
    }

    private void complain(Located<InetAddress> address, String reason) {
        String text = IpText.format(address.value());
        errors.add(address.location(), address.path(), text, "\"" + text + "\"" + reason);
    }
}
