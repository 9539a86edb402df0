// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import dev.thresher.config.IpPrefix;
import dev.thresher.config.IpText;
import dev.thresher.config.VipKey;
import dev.thresher.config.change.SourceEditor.Place;
import java.util.List;
import java.util.function.Predicate;

/** Finds where real servers and VIPs are written in the lists of the files. */
final class ElementPlaces {
    static final List<String> VIPS = List.of("thresher", Elements.VIPS);

    private final SourceEditor editor;

    ElementPlaces(SourceEditor editor) {
        this.editor = editor;
    }

    static List<String> reals(String pool) {
        return List.of("thresher", Elements.POOLS, pool, Elements.REALS);
    }

    Place of(Element.RealInPool real) throws CommitException {
        return only(real, reals(real.pool()), value -> {
            String text = value instanceof ConfigObject section
                    ? Elements.text(section, Elements.ADDRESS, "")
                    : String.valueOf(value.unwrapped());
            return IpText.parse(text).equals(real.real());
        });
    }

    Place of(VipKey vip) throws CommitException {
        return only(
                new Element.VipSettings(vip),
                VIPS,
                value -> value instanceof ConfigObject section && isVip(section, vip));
    }

    /** Whether a VIP is written for both protocols at once. */
    boolean isForBoth(Place vip) {
        return is(
                vip,
                value -> value instanceof ConfigObject section
                        && Elements.text(section, Elements.PROTOCOL, "").equals(Elements.BOTH));
    }

    private static boolean isVip(ConfigObject section, VipKey vip) {
        String port = Elements.text(section, Elements.PORT, "");
        String protocol = Elements.text(section, Elements.PROTOCOL, "tcp");
        return IpPrefix.parseAddressOrPrefix(Elements.text(section, Elements.ADDRESS, ""))
                        .equals(vip.prefix())
                && (port.equals(VipKey.ANY_PORT) ? 0 : Integer.parseInt(port)) == vip.port()
                && (protocol.equals(Elements.BOTH)
                        || protocol.equals(vip.protocol().toString()));
    }

    private Place only(Element element, List<String> path, Predicate<ConfigValue> wanted) throws CommitException {
        List<Place> places = editor.elements(path).stream()
                .filter(place -> is(place, wanted))
                .toList();
        if (places.size() == 1) {
            return places.get(0);
        }
        throw new CommitException(
                places.isEmpty()
                        ? element.name() + " is not written as such in `" + ConfigUtil.joinPath(path)
                                + "`, but comes from a substitution; change it there yourself, or discard the change"
                        : element.name() + " is written at several places: "
                                + String.join(
                                        ", ",
                                        places.stream().map(editor::locationOf).toList())
                                + "; remove what does not count, and try again");
    }

    /** What is made by substitutions is not known here, and is not what is looked for. */
    private boolean is(Place place, Predicate<ConfigValue> wanted) {
        try {
            return wanted.test(ConfigFactory.parseString("x = " + editor.text(place))
                    .resolve(ConfigResolveOptions.noSystem().setAllowUnresolved(true))
                    .root()
                    .getOrDefault("x", Elements.EMPTY));
        } catch (ConfigException | IllegalArgumentException e) {
            return false;
        }
    }
}
