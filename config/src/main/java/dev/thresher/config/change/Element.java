// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigUtil;
import dev.thresher.config.IpText;
import dev.thresher.config.VipKey;
import java.net.InetAddress;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A part of a configuration that is told apart by what it is, never by its place in a list. */
public sealed interface Element {
    /** What people see, and {@link #parse} reads. */
    String name();

    /** Where its keys are in the schema. */
    String schemaPath();

    /**
     * Every key outside pools and VIPs.
     *
     * @param path below {@code thresher}: {@code flows.max}
     */
    record Setting(String path) implements Element {
        @Override
        public String name() {
            return "setting " + path;
        }

        @Override
        public String schemaPath() {
            return "thresher." + path;
        }

        List<String> keys() {
            return ConfigUtil.splitPath(path);
        }
    }

    /** What a pool says for all its real servers. */
    record PoolSettings(String pool) implements Element {
        @Override
        public String name() {
            return "pool " + pool;
        }

        @Override
        public String schemaPath() {
            return "thresher.pools.<name>";
        }
    }

    /** A real server of one pool. */
    record RealInPool(String pool, InetAddress real) implements Element {
        @Override
        public String name() {
            return "real " + IpText.format(real) + " in pool " + pool;
        }

        @Override
        public String schemaPath() {
            return "thresher.pools.<name>.reals[]";
        }
    }

    /** A VIP without its {@link MemberSettings}. One that is written for both protocols is two elements. */
    record VipSettings(VipKey vip) implements Element {
        @Override
        public String name() {
            return "vip " + vip;
        }

        @Override
        public String schemaPath() {
            return "thresher.vips[]";
        }
    }

    /** What a VIP says for one of its real servers. */
    record MemberSettings(VipKey vip, InetAddress real) implements Element {
        @Override
        public String name() {
            return "member " + IpText.format(real) + " of vip " + vip;
        }

        @Override
        public String schemaPath() {
            return "thresher.vips[].members.<real>";
        }
    }

    /**
     * Reads what {@link #name} says.
     *
     * @throws IllegalArgumentException if the text is anything else
     */
    static Element parse(String name) {
        Matcher matcher = Names.PATTERN.matcher(name);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "\"" + name + "\" names no part of a configuration, such as \"pool web\", "
                            + "\"real 10.0.0.2 in pool web\" or \"vip 203.0.113.10:80/tcp\"");
        }
        if (matcher.group("setting") != null) {
            return setting(matcher.group("setting"));
        } else if (matcher.group("pool") != null) {
            return new PoolSettings(matcher.group("pool"));
        } else if (matcher.group("real") != null) {
            return new RealInPool(matcher.group("of"), IpText.parse(matcher.group("real")));
        } else if (matcher.group("vip") != null) {
            return new VipSettings(VipKey.parse(matcher.group("vip")));
        }
        return new MemberSettings(VipKey.parse(matcher.group("in")), IpText.parse(matcher.group("member")));
    }

    private static Setting setting(String path) {
        try {
            List<String> keys = ConfigUtil.splitPath(path);
            if (keys.get(0).equals(Elements.POOLS) || keys.get(0).equals(Elements.VIPS)) {
                throw new IllegalArgumentException("\"" + path + "\" is not a setting, but of a pool or a VIP");
            }
            return new Setting(ConfigUtil.joinPath(keys));
        } catch (ConfigException e) {
            throw new IllegalArgumentException("\"" + path + "\" is not the path of a setting", e);
        }
    }

    /** The names of all kinds. */
    final class Names {
        private static final Pattern PATTERN = Pattern.compile("setting (?<setting>.+)|pool (?<pool>\\S+)"
                + "|real (?<real>\\S+) in pool (?<of>\\S+)|vip (?<vip>\\S+)|member (?<member>\\S+) of vip (?<in>\\S+)");

        private Names() {}
    }
}
