// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What addresses must not be to each other, whichever section they stand in. */
final class AddressRules {
    private final ErrorLog errors;

    AddressRules(ErrorLog errors) {
        this.errors = errors;
    }

    /** A packet for such a real would come back to the load balancer, and again. */
    void noRealIsVip(List<Located<IpPrefix>> vips, List<Located<InetAddress>> reals) {
        Map<IpPrefix, Located<InetAddress>> firstReals = firstReals(vips, reals);
        for (Located<IpPrefix> vip : vips) {
            Located<InetAddress> real = firstReals.get(vip.value());
            if (real != null) {
                complain(
                        vip,
                        vip.value().isAddress()
                                ? " is a VIP and also a real, at " + real.location() + ": " + real.path()
                                : " is a VIP and holds a real, " + IpText.format(real.value()) + ", at "
                                        + real.location() + ": " + real.path());
            }
        }
    }

    /** Of each VIP that holds a real, the first one: by a look at each real for each length of prefix, not for each VIP. */
    private static Map<IpPrefix, Located<InetAddress>> firstReals(
            List<Located<IpPrefix>> vips, List<Located<InetAddress>> reals) {
        Set<IpPrefix> prefixes = vips.stream().map(Located::value).collect(Collectors.toSet());
        Set<Integer> lengths = prefixes.stream().map(IpPrefix::length).collect(Collectors.toSet());
        Map<IpPrefix, Located<InetAddress>> first = new HashMap<>();
        for (Located<InetAddress> real : reals) {
            for (int length : lengths) {
                IpPrefix.around(real.value(), length)
                        .filter(prefixes::contains)
                        .ifPresent(prefix -> first.putIfAbsent(prefix, real));
            }
        }
        return first;
    }

    /** Hosts drop packets that claim to come from themselves, so some of the flows would vanish. */
    void noneIsSource(EncapsulationSettings settings, List<Located<IpPrefix>> addresses) {
        List<IpPrefix> sources = Stream.of(settings.sourceIpv4(), settings.sourceIpv6())
                .filter(Objects::nonNull)
                .toList();
        for (Located<IpPrefix> address : addresses) {
            for (IpPrefix source : sources) {
                if (source.overlaps(address.value())) {
                    complain(
                            address,
                            (address.value().isAddress() ? " lies in " : " overlaps with ") + source
                                    + ", where outer source addresses come from; choose another "
                                    + Schema.ENCAPSULATION + ".source-ipv" + (source.isIpv4() ? 4 : 6));
                }
            }
        }
    }

    private void complain(Located<IpPrefix> at, String reason) {
        String text = at.value().isAddress()
                ? IpText.format(at.value().address())
                : at.value().toString();
        errors.add(at.location(), at.path(), text, "\"" + text + "\"" + reason);
    }
}
