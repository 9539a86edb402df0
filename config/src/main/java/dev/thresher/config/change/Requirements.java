// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import dev.thresher.config.IpText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What has to be there for an element to mean something. */
final class Requirements {
    private static final String FALLBACK = "fallback";

    private Requirements() {}

    /** What of it is missing among the elements, in words; nothing if it can stand. */
    static Optional<String> missing(Element element, ConfigValue says, Map<Element, ConfigValue> elements) {
        if (element instanceof Element.RealInPool real) {
            return missingPool(real.pool(), elements);
        } else if (element instanceof Element.VipSettings) {
            return pools((ConfigObject) says).stream()
                    .flatMap(pool -> missingPool(pool, elements).stream())
                    .findFirst();
        } else if (element instanceof Element.MemberSettings member) {
            ConfigValue vip = elements.get(new Element.VipSettings(member.vip()));
            if (vip == null) {
                return Optional.of("there is no vip " + member.vip());
            }
            List<String> pools = pools((ConfigObject) vip);
            return pools.stream().anyMatch(pool -> elements.containsKey(new Element.RealInPool(pool, member.real())))
                    ? Optional.empty()
                    : Optional.of("real " + IpText.format(member.real()) + " is not in pool "
                            + String.join(" or ", pools) + ", which serves that vip");
        }
        return Optional.empty();
    }

    private static Optional<String> missingPool(String pool, Map<Element, ConfigValue> elements) {
        return elements.containsKey(new Element.PoolSettings(pool))
                ? Optional.empty()
                : Optional.of("there is no pool " + pool);
    }

    /** The pools that serve a VIP, the fallbacks last. */
    static List<String> pools(ConfigObject vip) {
        List<String> pools = new ArrayList<>();
        for (String key : List.of(Elements.POOL, FALLBACK)) {
            ConfigValue value = vip.get(key);
            if (value instanceof ConfigList list) {
                list.forEach(name -> pools.add(String.valueOf(name.unwrapped())));
            } else if (value != null && value.unwrapped() != null) {
                pools.add(String.valueOf(value.unwrapped()));
            }
        }
        return pools;
    }
}
