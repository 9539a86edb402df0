// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import com.google.common.base.CaseFormat;
import dev.thresher.config.Config;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings that a daemon keeps for as long as it runs: all but those that are known to be safe to change. A setting that
 * is added to the configuration is fixed until somebody says otherwise here.
 */
final class FixedSettings {
    /** What may change: components of {@link Config}, and of records in it. */
    private static final Set<String> LIVE = Set.of("pools", "vips", "capacity", "on-exit", "flows.max");

    /** Keys whose names do not follow from those of the model, or that hold a record. */
    private static final Map<String, String> KEYS = Map.of(
            "api.tls.listen", "api.tls.listen",
            "api.metrics", "metrics.listen",
            "iface.name", "interface",
            "iface.xdp-mode", "xdp-mode",
            "iface.gateway-mac", "gateway-mac",
            "encapsulation.source-ipv4", "encapsulation.source-ipv4",
            "encapsulation.source-ipv6", "encapsulation.source-ipv6");

    private FixedSettings() {}

    /** The keys of those that differ. */
    static List<String> differences(Config from, Config to) {
        List<String> keys = new ArrayList<>();
        for (RecordComponent component : Config.class.getRecordComponents()) {
            compare(kebab(component.getName()), value(component, from), value(component, to), keys);
        }
        return keys.stream()
                .map(key -> "thresher." + KEYS.getOrDefault(key, key))
                .toList();
    }

    private static void compare(String key, @Nullable Object from, @Nullable Object to, List<String> keys) {
        if (LIVE.contains(key) || Objects.equals(from, to)) {
            return;
        }
        if (from instanceof Record && to != null && from.getClass() == to.getClass() && !KEYS.containsKey(key)) {
            for (RecordComponent component : from.getClass().getRecordComponents()) {
                String inner = key + "." + kebab(component.getName());
                compare(inner, value(component, from), value(component, to), keys);
            }
        } else {
            keys.add(key);
        }
    }

    private static @Nullable Object value(RecordComponent component, Object record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + component, e);
        }
    }

    private static String kebab(String name) {
        return CaseFormat.LOWER_CAMEL.to(CaseFormat.LOWER_HYPHEN, name);
    }
}
