// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import dev.thresher.config.Document;
import dev.thresher.config.InvalidConfigException;
import dev.thresher.config.IpText;
import dev.thresher.config.VipKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Puts elements together to a document again. Parts of what is not there (a real server of a missing pool) are left out. */
final class Composition {
    private final Map<String, ConfigObject> pools = new LinkedHashMap<>();
    private final Map<String, List<ConfigValue>> reals = new LinkedHashMap<>();
    private final Map<VipKey, ConfigObject> vips = new LinkedHashMap<>();
    private final Map<VipKey, Map<String, ConfigValue>> members = new LinkedHashMap<>();
    private ConfigObject settings = Elements.EMPTY;

    private Composition() {}

    /**
     * Makes a document.
     *
     * @param base from whose files it is
     */
    static Document document(Map<Element, ConfigValue> elements, Document base) throws InvalidConfigException {
        Composition parts = new Composition();
        elements.forEach(parts::add);
        return base.with(parts.tree().withOrigin(base.thresher().origin()));
    }

    private void add(Element element, ConfigValue value) {
        if (element instanceof Element.Setting setting) {
            addSetting(setting.path(), value);
        } else if (element instanceof Element.PoolSettings pool) {
            pools.put(pool.pool(), (ConfigObject) value);
        } else if (element instanceof Element.RealInPool real) {
            reals.computeIfAbsent(real.pool(), pool -> new ArrayList<>()).add(real(real, (ConfigObject) value));
        } else if (element instanceof Element.VipSettings vip) {
            vips.put(vip.vip(), (ConfigObject) value);
        } else if (element instanceof Element.MemberSettings member) {
            members.computeIfAbsent(member.vip(), vip -> new LinkedHashMap<>())
                    .put(IpText.format(member.real()), value);
        }
    }

    private void addSetting(String path, ConfigValue value) {
        // An empty section says nothing beside one that is not.
        boolean empty = value instanceof ConfigObject section && section.isEmpty();
        if (!(empty && settings.toConfig().hasPath(path))) {
            settings = settings.toConfig().withValue(path, value).root();
        }
    }

    private static ConfigValue real(Element.RealInPool real, ConfigObject settings) {
        ConfigValue address = text(IpText.format(real.real()), settings.origin());
        return settings.isEmpty() ? address : settings.withValue(Elements.ADDRESS, address);
    }

    private ConfigObject tree() {
        ConfigObject tree = settings;
        if (!pools.isEmpty()) {
            Map<String, ConfigValue> sections = new LinkedHashMap<>();
            pools.forEach((name, settings) -> sections.put(name, pool(name, settings)));
            tree = tree.withValue(Elements.POOLS, ConfigValueFactory.fromMap(sections));
        }
        if (!vips.isEmpty()) {
            List<ConfigValue> sections = new ArrayList<>();
            vips.forEach((key, settings) -> sections.add(vip(key, settings)));
            tree = tree.withValue(Elements.VIPS, ConfigValueFactory.fromIterable(sections));
        }
        return tree;
    }

    private ConfigObject pool(String name, ConfigObject settings) {
        List<ConfigValue> list = reals.getOrDefault(name, List.of());
        return settings.withValue(
                Elements.REALS, ConfigValueFactory.fromIterable(list).withOrigin(settings.origin()));
    }

    private ConfigObject vip(VipKey key, ConfigObject settings) {
        ConfigOrigin origin = settings.origin();
        String address = key.isPrefix() ? key.prefix().toString() : IpText.format(key.address());
        String port = key.port() == 0 ? VipKey.ANY_PORT : Integer.toString(key.port());
        ConfigObject vip = settings.withValue(Elements.ADDRESS, text(address, origin))
                .withValue(Elements.PORT, text(port, origin))
                .withValue(Elements.PROTOCOL, text(key.protocol().toString(), origin));
        Map<String, ConfigValue> own = members.get(key);
        return own == null
                ? vip
                : vip.withValue(
                        Elements.MEMBERS, ConfigValueFactory.fromMap(own).withOrigin(origin));
    }

    private static ConfigValue text(String text, ConfigOrigin origin) {
        return ConfigValueFactory.fromAnyRef(text).withOrigin(origin);
    }
}
