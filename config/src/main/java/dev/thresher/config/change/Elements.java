// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import dev.thresher.config.Document;
import dev.thresher.config.IpPrefix;
import dev.thresher.config.IpText;
import dev.thresher.config.Protocol;
import dev.thresher.config.VipKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Takes a document apart, in its order. What a part says is a section, but for settings, where it is any value. */
final class Elements {
    static final String POOLS = "pools";
    static final String REALS = "reals";
    static final String VIPS = "vips";
    static final String MEMBERS = "members";
    static final String ADDRESS = "address";
    static final String PORT = "port";
    static final String PROTOCOL = "protocol";
    static final String POOL = "pool";

    static final ConfigObject EMPTY = ConfigFactory.empty().root();

    private static final String BOTH = "both";

    private final Map<Element, ConfigValue> elements = new LinkedHashMap<>();

    private Elements() {}

    /** A copy that is the caller's. */
    static Map<Element, ConfigValue> of(Document document) {
        Elements parts = new Elements();
        new TreeMap<>(document.thresher()).forEach((name, value) -> {
            switch (name) {
                case POOLS -> parts.addPools(value);
                case VIPS -> parts.addVips(value);
                default -> parts.addSettings(ConfigUtil.joinPath(name), value);
            }
        });
        return parts.elements;
    }

    /**
     * What a list of the document says of one VIP.
     *
     * @param settings of the VIP, its members among them
     */
    static Map<Element, ConfigValue> ofVip(VipKey vip, ConfigObject settings) {
        Elements parts = new Elements();
        parts.addVip(vip, settings);
        return parts.elements;
    }

    private void addSettings(String path, ConfigValue value) {
        if (isAbsent(value)) {
            return;
        }
        if (value instanceof ConfigObject section && !section.isEmpty()) {
            new TreeMap<>(section).forEach((name, inner) -> addSettings(path + "." + ConfigUtil.joinPath(name), inner));
        } else {
            elements.put(new Element.Setting(path), value);
        }
    }

    private void addPools(ConfigValue pools) {
        if (isAbsent(pools)) {
            return;
        }
        new TreeMap<>((ConfigObject) pools).forEach((name, value) -> {
            if (value instanceof ConfigObject pool) {
                elements.put(new Element.PoolSettings(name), without(pool, REALS));
                elements(pool.get(REALS)).forEach(real -> addReal(name, real));
            }
        });
    }

    private void addReal(String pool, ConfigValue real) {
        ConfigObject section = real instanceof ConfigObject object
                ? object
                : real.atKey(ADDRESS).root().withOrigin(real.origin());
        elements.put(new Element.RealInPool(pool, IpText.parse(text(section, ADDRESS, ""))), without(section, ADDRESS));
    }

    private void addVips(ConfigValue vips) {
        elements(vips).forEach(value -> {
            ConfigObject section = (ConfigObject) value;
            IpPrefix address = IpPrefix.parseAddressOrPrefix(text(section, ADDRESS, ""));
            String port = text(section, PORT, "");
            String protocol = text(section, PROTOCOL, "tcp");
            List<Protocol> protocols = protocol.equals(BOTH)
                    ? List.of(Protocol.TCP, Protocol.UDP)
                    : List.of(Protocol.valueOf(protocol.toUpperCase(Locale.ROOT)));
            protocols.forEach(each -> addVip(
                    new VipKey(address, port.equals(VipKey.ANY_PORT) ? 0 : Integer.parseInt(port), each),
                    without(section, ADDRESS, PORT, PROTOCOL)));
        });
    }

    private void addVip(VipKey vip, ConfigObject settings) {
        elements.put(new Element.VipSettings(vip), without(settings, MEMBERS));
        if (settings.get(MEMBERS) instanceof ConfigObject members) {
            new TreeMap<>(members).forEach((real, value) -> {
                if (value instanceof ConfigObject section && !section.isEmpty()) {
                    elements.put(new Element.MemberSettings(vip, IpText.parse(real)), without(section));
                }
            });
        }
    }

    private static boolean isAbsent(@Nullable ConfigValue value) {
        return value == null || value.valueType() == ConfigValueType.NULL;
    }

    private static List<ConfigValue> elements(@Nullable ConfigValue list) {
        return list instanceof ConfigList values ? values : List.of();
    }

    static String text(ConfigObject section, String key, String otherwise) {
        return isAbsent(section.get(key)) ? otherwise : section.toConfig().getString(ConfigUtil.quoteString(key));
    }

    /** Null stands for no value. */
    private static ConfigObject without(ConfigObject section, String... keys) {
        ConfigObject rest = section;
        for (String key : keys) {
            rest = rest.withoutKey(key);
        }
        for (Map.Entry<String, ConfigValue> field : rest.entrySet()) {
            if (isAbsent(field.getValue())) {
                rest = rest.withoutKey(field.getKey());
            }
        }
        return rest;
    }
}
